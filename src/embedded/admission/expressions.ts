import { Environment } from '@marcbachmann/cel-js';
import type { JsonObject, JsonValue } from '../../resource/index.ts';
import { toCel } from '../schema/custom/cel.ts';
import { registerKubernetesFunctions } from '../schema/custom/cel-functions.ts';

/** What an expression of a policy can speak of. */
export interface Facts {
  object: JsonValue;
  oldObject: JsonValue;
  request: JsonObject;
  namespaceObject: JsonValue;
  params?: JsonValue;
  /** Named expressions that were evaluated before. */
  variables: Record<string, unknown>;
}

type Evaluate = (facts: Facts) => unknown;

const compiled = new Map<string, Evaluate>();
let environment: Environment | undefined;

/** Evaluates a CEL expression; throws what is wrong with it, or with the facts. */
export function evaluate(expression: string, facts: Facts): unknown {
  let run = compiled.get(expression);
  if (run === undefined) {
    run = compile(expression);
    compiled.set(expression, run);
  }
  return run(facts);
}

function compile(expression: string): Evaluate {
  if (environment === undefined) {
    environment = new Environment({
      unlistedVariablesAreDyn: true,
      enableOptionalTypes: true,
      homogeneousAggregateLiterals: false,
    });
    registerKubernetesFunctions(environment);
  }
  const parsed = environment.parse(expression);
  return ({ object, oldObject, request, namespaceObject, params, variables }) =>
    parsed({
      object: toCel(object, undefined),
      oldObject: toCel(oldObject, undefined),
      request: toCel(request, undefined),
      namespaceObject: toCel(namespaceObject, undefined),
      params: toCel(params ?? null, undefined),
      variables,
    });
}
