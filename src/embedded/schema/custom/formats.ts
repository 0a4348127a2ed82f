import { isIP, isIPv4, isIPv6 } from 'node:net';
import type { JsonObject } from '../../../resource/index.ts';
import { text } from '../access.ts';
import { parseDuration } from '../duration.ts';
import { dnsLabel, dnsSubdomain } from '../validation/names.ts';

/** A format that schemas may name. Those of numbers have no test: the number check knows them. */
export interface Format {
  name: string;
  test?: (value: string) => boolean;
}

const matches = (pattern: RegExp) => (value: string) => pattern.test(value);
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const uuid = (version: string) =>
  new RegExp(`^[0-9a-f]{8}-?[0-9a-f]{4}-?${version}[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}$`, 'i');

const isDate = (value: string) => /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(Date.parse(value));
const dateTime = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:?\d\d)$/;

function isCidr(value: string): boolean {
  const [address = '', bits = ''] = value.split('/');
  return /^\d+$/.test(bits) && isIP(address) !== 0 && Number(bits) <= (isIPv4(address) ? 32 : 128);
}

const isUri = (value: string) => value.startsWith('/') || (/^[a-z][a-z0-9+.-]*:/i.test(value) && URL.canParse(value));
const digits = (value: string) => value.replace(/[\s-]/g, '');

function isIsbn10(value: string): boolean {
  const text = digits(value);
  if (!/^\d{9}[\dX]$/.test(text)) return false;
  return [...text].reduce((sum, one, index) => sum + (10 - index) * (one === 'X' ? 10 : Number(one)), 0) % 11 === 0;
}

function isIsbn13(value: string): boolean {
  const text = digits(value);
  return (
    /^\d{13}$/.test(text) && [...text].reduce((sum, one, i) => sum + Number(one) * (i % 2 === 0 ? 1 : 3), 0) % 10 === 0
  );
}

/** By name without dashes, as the server looks them up. What is not here is ignored in schemas. */
const tests: Record<string, (value: string) => boolean> = {
  bsonobjectid: matches(/^[0-9a-f]{24}$/i),
  uri: isUri,
  email: matches(/^[^\s@<>]+@[^\s@<>]+$/),
  hostname: matches(
    /^([a-zA-Z0-9_]([a-zA-Z0-9_-]{0,61}[a-zA-Z0-9_])?\.)*[a-zA-Z0-9_]([a-zA-Z0-9_-]{0,61}[a-zA-Z0-9_])?\.?$/,
  ),
  ipv4: isIPv4,
  ipv6: isIPv6,
  cidr: isCidr,
  mac: matches(/^([0-9a-f]{2}([:-]))([0-9a-f]{2}\2){4,6}[0-9a-f]{2}$|^([0-9a-f]{4}\.){2,3}[0-9a-f]{4}$/i),
  uuid: matches(/^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i),
  uuid3: matches(uuid('3')),
  uuid4: matches(uuid('4')),
  uuid5: matches(uuid('5')),
  isbn: (value) => isIsbn10(value) || isIsbn13(value),
  isbn10: isIsbn10,
  isbn13: isIsbn13,
  creditcard: matches(/^(?:\d[ -]?){12,18}\d$/),
  ssn: matches(/^\d{3}[- ]?\d{2}[- ]?\d{4}$/),
  hexcolor: matches(/^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/),
  rgbcolor: matches(/^rgb\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*\)$/),
  byte: (value) => base64.test(value),
  password: () => true,
  date: isDate,
  duration: (value) => parseDuration(value) !== undefined || /^\d+(\.\d+)?\s*\w+$/.test(value),
  datetime: (value) => dateTime.test(value) && !Number.isNaN(Date.parse(value)),
  k8sshortname: (value) => dnsLabel(value).length === 0,
  k8slongname: (value) => dnsSubdomain(value).length === 0,
};

const numbers: Record<string, Set<string>> = {
  integer: new Set(['int32', 'int64']),
  number: new Set(['float', 'double']),
};

/** The format of a schema node, where its type supports it. */
export function formatOf(schema: JsonObject): Format | undefined {
  const name = text(schema['format']);
  if (name === '') return undefined;
  const type = text(schema['type']);
  if (type !== '' && type !== 'string') return numbers[type]?.has(name) === true ? { name } : undefined;
  const test = tests[name.replaceAll('-', '')];
  return test === undefined ? undefined : { name, test };
}
