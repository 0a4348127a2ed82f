import type { InventorySummary, Owner } from '../../apply/index.ts';
import { UserError } from '../../errors.ts';
import { select } from '../ask.ts';
import type { Screen } from '../screen.ts';
import { count } from '../words.ts';

/**
 * Which of the stacks in a cluster is meant, where no file says it: the only one that fits what was named, or the one
 * that is chosen on the terminal. Throws with the list where none fits, or several do and nobody can choose.
 */
export async function chooseStack(
  screen: Screen,
  inventories: readonly InventorySummary[],
  named: { stack?: string | undefined; environment?: string | undefined },
  place: string,
  signal: AbortSignal,
): Promise<Owner> {
  const fitting = inventories.filter(
    ({ owner }) =>
      (named.stack === undefined || owner.stack === named.stack) &&
      (named.environment === undefined || owner.environment === named.environment),
  );
  if (fitting.length === 1 && fitting[0] !== undefined) return fitting[0].owner;
  const wanted = [named.stack, named.environment].filter((part) => part !== undefined).join('/');
  if (fitting.length === 0) {
    const what = wanted === '' ? 'a stack' : wanted;
    throw new UserError('NOT_INSTALLED', `Cannot find ${what}: ${place} has no record of it`, {
      suggestions:
        inventories.length === 0
          ? [`nothing was applied to ${place} by slipway; look at another one with --context NAME`]
          : inventories.map(({ owner }) => `it has ${flagsOf(owner)}`),
    });
  }
  if (!screen.isInteractive) {
    throw new UserError('STACK_AMBIGUOUS', `Cannot tell which stack is meant: ${place} has ${fitting.length}`, {
      exit: 2,
      suggestions: fitting.map(({ owner }) => `name one: ${flagsOf(owner)}`),
    });
  }
  const choices = fitting.map(({ owner, objects, components, updated }) => ({
    value: owner,
    name: `${owner.stack} ${owner.environment}`,
    description: `${count(objects, 'object')} (${components.join(', ')}), applied ${updated}`,
  }));
  return select(screen, 'Which stack?', choices, { flag: '--stack NAME -e ENV', signal });
}

function flagsOf({ stack, environment }: Owner): string {
  return `--stack ${stack} -e ${environment}`;
}
