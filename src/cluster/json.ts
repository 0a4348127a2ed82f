import type { JsonValue } from '../resource/index.ts';

/** Reads JSON; integers beyond 2^53 become `bigint`, so that they are sent back as they came. */
export function parseJson(text: string): JsonValue {
  return longDigits.test(text) ? (parseWithSource(text, keepLargeIntegers) as JsonValue) : JSON.parse(text);
}

/** A reviver makes parsing several times slower, so it is used only where a number could be too large. */
const longDigits = /[:[,\s-]\d{16}/;

function keepLargeIntegers(_key: string, value: unknown, context: { source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  return context.source !== undefined && /^-?\d+$/.test(context.source) ? BigInt(context.source) : value;
}

type Reviver = (key: string, value: unknown, context: { source?: string }) => unknown;
const parseWithSource = JSON.parse as (text: string, reviver: Reviver) => unknown;
