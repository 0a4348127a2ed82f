import type * as z from 'zod/mini';
import { type Problem, UserError } from '../errors.ts';

/**
 * A spec through its schema and its rules. Throws `SPEC_INVALID` (exit 2) with everything that is wrong with it, each
 * sentence beginning with the field.
 */
export function readSpec<S extends z.ZodMiniType>(
  what: string,
  schema: S,
  value: unknown,
  rules: (spec: z.output<S>) => readonly string[] = () => [],
): z.output<S> {
  const parsed = schema.safeParse(value);
  const messages = parsed.success ? rules(parsed.data) : parsed.error.issues.map((issue) => sentence(issue, value));
  if (parsed.success && messages.length === 0) return parsed.data;
  throw new UserError('SPEC_INVALID', `Cannot describe the ${what}: ${count(messages.length)} wrong with it`, {
    exit: 2,
    problems: messages.map((message): Problem => ({ message })),
  });
}

const count = (number: number) => (number === 1 ? 'one thing is' : `${number} things are`);

function sentence(issue: z.core.$ZodIssue, root: unknown): string {
  const name = issue.path.length === 0 ? 'the spec' : issue.path.map(String).join('.');
  const found = issue.path.reduce<unknown>((value, step) => (value as Record<PropertyKey, unknown>)?.[step], root);
  switch (issue.code) {
    case 'unrecognized_keys':
      return `unknown field ${issue.keys.join(', ')}${issue.path.length === 0 ? '' : ` in ${name}`}`;
    case 'invalid_type':
      return found === undefined ? `${name} is missing` : `${name} must be of type ${issue.expected}`;
    case 'invalid_value':
      return found === undefined
        ? `${name} is missing`
        : `${name} must be ${issue.values.map(String).join(' or ')}, and is ${String(found)}`;
    case 'invalid_key':
      return `${name} ${issue.issues.map(({ message }) => message).join(', ')}`;
    case 'too_small':
      return `${name} must be at least ${issue.minimum}`;
    case 'too_big':
      return `${name} must be at most ${issue.maximum}`;
    default:
      return `${name} ${issue.message}`;
  }
}
