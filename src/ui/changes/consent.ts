import { UserError } from '../../errors.ts';
import { confirm, confirmByTyping } from '../ask.ts';
import type { Screen } from '../screen.ts';

export interface Consent {
  /** What is going to be done, as a question: `Apply this to dev on kind-dev?`. */
  question: string;
  /** The name that has to be typed, or given with `--yes=NAME`, where a plain yes is not enough. */
  name: string;
  /** Why a plain yes is not enough: `prod is protected`. Undefined where it is. */
  reason?: string | undefined;
  /** `--yes`. */
  yes: boolean;
  /** Each `--yes=NAME`. */
  yesTo: readonly string[];
  signal: AbortSignal;
}

/**
 * Whether a person agrees, by a flag or an answer. `--yes` alone refuses (exit 4) where the name is wanted, and so does
 * a name that is not the one meant: a script for dev must not touch prod.
 */
export async function askConsent(screen: Screen, consent: Consent): Promise<boolean> {
  const { question, name, reason, yes, yesTo, signal } = consent;
  if (yesTo.includes(name)) return true;
  if (yesTo.length > 0) {
    throw new UserError('WRONG_NAME', `Refused: --yes=${yesTo.join(', --yes=')} is not for ${name}`, {
      exit: 4,
      suggestions: [`if ${name} is meant: --yes=${name}`],
    });
  }
  if (reason === undefined) return yes || confirm(screen, question, { flag: '--yes', signal });
  if (yes) {
    throw new UserError('NAME_NEEDED', `Refused: ${reason}, and --yes alone does not name it`, {
      exit: 4,
      suggestions: [`say which one you mean: --yes=${name}`],
    });
  }
  if (screen.isInteractive) screen.talk.write(`${screen.talk.paint('yellow', 'Careful:')} ${reason}.\n`);
  return confirmByTyping(screen, question, name, { flag: `--yes=${name}`, signal });
}
