import type * as z from 'zod/mini';
import { nearest, UserError } from '../errors.ts';
import type { Files } from '../files.ts';
import { readDocument } from './document.ts';
import { componentSchema } from './schema.ts';
import type { ComponentChoice } from './stack.ts';

/** One component of a catalogue. */
export type Component = { name: string } & z.output<typeof componentSchema>['spec'];

const componentFile = 'component.yaml';

/** Every component below a `manifests/` directory, by name. */
export async function readCatalogue(files: Files, directory = 'manifests'): Promise<Component[]> {
  const names = await files.list(directory);
  const found = await Promise.all(names.map((name) => readComponent(files, `${directory}/${name}`)));
  return found.filter((component) => component !== undefined);
}

/** The component in a directory; undefined if there is none. */
export async function readComponent(files: Files, directory: string): Promise<Component | undefined> {
  const document = await readDocument(files, `${directory}/${componentFile}`, componentSchema);
  return document && { name: document.data.metadata.name, ...document.data.spec };
}

export function findComponent(catalogue: readonly Component[], name: string): Component {
  const found = catalogue.find((component) => component.name === name);
  if (found !== undefined) return found;
  const names = catalogue.map((component) => component.name);
  const guess = nearest(name, names);
  throw new UserError('COMPONENT_UNKNOWN', `Cannot find the component ${name}: the catalogue has no such one`, {
    exit: 2,
    suggestions: [
      ...(guess === undefined ? [] : [`did you mean ${guess}?`]),
      'see what there is: slipway component list',
    ],
  });
}

/** Whether a component, by its name or by what it provides, answers a requirement. */
const answers = (component: Component, requirement: string) =>
  component.name === requirement || component.provides.includes(requirement);

/**
 * The components that are asked for and all that they need, each after what it needs; equal input gives equal order.
 * What is `external` counts as there. Throws where a requirement has no answer, two components exclude each other, or
 * requirements form a circle.
 */
export function closeOver(
  catalogue: readonly Component[],
  names: readonly string[],
  external: readonly string[] = [],
): Component[] {
  const chosen: Component[] = [];
  const visit = (component: Component, chain: readonly string[]) => {
    if (chosen.includes(component)) return;
    if (chain.includes(component.name)) {
      const circle = [...chain.slice(chain.indexOf(component.name)), component.name].join(' → ');
      throw new UserError('COMPONENT_CIRCLE', `Cannot order the components: they require each other (${circle})`, {
        exit: 2,
      });
    }
    const path = [...chain, component.name];
    for (const requirement of component.requires) {
      if (external.includes(requirement)) continue;
      const answer =
        catalogue.find((candidate) => names.includes(candidate.name) && answers(candidate, requirement)) ??
        catalogue.find((candidate) => answers(candidate, requirement));
      if (answer === undefined) {
        throw new UserError(
          'COMPONENT_MISSING',
          `Cannot add ${path[0]}: ${component.name} requires ${requirement}, which the catalogue does not have`,
          {
            exit: 2,
            suggestions: [`if it is in the cluster already: slipway component add ${requirement} --external`],
          },
        );
      }
      visit(answer, path);
    }
    chosen.push(component);
  };
  for (const name of names) visit(findComponent(catalogue, name), []);
  refuseConflicts(chosen, external);
  return chosen;
}

function refuseConflicts(chosen: readonly Component[], external: readonly string[]): void {
  for (const component of chosen) {
    const other =
      component.conflicts.find((name) => external.includes(name)) ??
      chosen.find((candidate) => component.conflicts.some((name) => answers(candidate, name)))?.name;
    if (other === undefined) continue;
    throw new UserError(
      'COMPONENT_CONFLICT',
      `Cannot have both ${component.name} and ${other}: they exclude each other`,
      {
        exit: 2,
        suggestions: [`leave one of them out: slipway component remove ${other}`],
      },
    );
  }
}

/** Who needs a component, as chains from those that nobody else needs: `[['serving', 'profiles']]`. */
export function neededBy(
  catalogue: readonly Component[],
  name: string,
  choices: readonly ComponentChoice[],
): string[][] {
  const present = catalogue.filter((component) => choices.some((choice) => choice.name === component.name));
  const target = present.find((component) => component.name === name);
  if (target === undefined) return [];
  const others = present.filter((component) => component !== target);
  return others
    .filter((component) =>
      component.requires.some(
        (requirement) => answers(target, requirement) && !others.some((candidate) => answers(candidate, requirement)),
      ),
    )
    .flatMap((component) => {
      const above = neededBy(others, component.name, choices);
      return above.length === 0 ? [[component.name, name]] : above.map((chain) => [...chain, name]);
    });
}
