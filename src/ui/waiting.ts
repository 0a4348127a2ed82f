import type { Screen } from './screen.ts';
import { truncate } from './width.ts';

/** Says on a terminal what is being waited for, and takes the line back when it is over. */
export async function whileWaiting<Value>(screen: Screen, text: string, work: Promise<Value>): Promise<Value> {
  const { talk } = screen;
  if (!talk.isTerminal) return work;
  talk.write(talk.paint('dim', `${truncate(`${text} …`, talk.width - 1)}`));
  try {
    return await work;
  } finally {
    talk.write('\r\u001b[2K');
  }
}
