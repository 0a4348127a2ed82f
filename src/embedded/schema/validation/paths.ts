import type { Cause } from '../schema.ts';
import { invalid } from './causes.ts';

export function checkNoBacksteps(path: string, value: string): Cause[] {
  return value.split('/').includes('..') ? [invalid(path, value, "must not contain '..'")] : [];
}

/** A path that stays below where it starts. */
export function checkDescending(path: string, value: string): Cause[] {
  const absolute = value.startsWith('/') ? [invalid(path, value, 'must be a relative path')] : [];
  return [...absolute, ...checkNoBacksteps(path, value)];
}

/** The same, for files whose names the server keeps for itself when they start with two dots. */
export function checkInside(path: string, value: string): Cause[] {
  const causes = checkDescending(path, value);
  return value.startsWith('..') && !value.startsWith('../')
    ? [...causes, invalid(path, value, "must not start with '..'")]
    : causes;
}
