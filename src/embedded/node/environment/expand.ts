/**
 * Replaces `$(NAME)` by the variable's value; `$$` is a dollar sign, and a name that is not known stays as it is
 * (https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/).
 */
export function expand(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$(?:(\$)|\(([^()]*)\))/g, (whole, dollar: string | undefined, name: string | undefined) => {
    if (dollar !== undefined) return '$';
    return name !== undefined && Object.hasOwn(variables, name) ? (variables[name] as string) : whole;
  });
}
