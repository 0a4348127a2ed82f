import type { Controller, Surroundings } from '../controllers/controller.ts';

/** What an operator's loop is given: the objects, the clock, and a voice. */
export type OperatorSurroundings = Pick<Surroundings, 'mirrors' | 'recorder' | 'now'>;

export type MakeOperator = (surroundings: OperatorSurroundings) => Controller;

/** One real program of the catalogue that is played here: the kinds it reconciles, each under its definition's name. */
export interface Program {
  name: string;
  /** The image of the real program: the work is done here while a pod of it is ready and only played. */
  image: RegExp;
  /** Definitions without which the real program does not start. */
  needs?: readonly string[];
  kinds: Readonly<Record<string, MakeOperator>>;
}
