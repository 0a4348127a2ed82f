import type { Environment } from '@marcbachmann/cel-js';
import { compareQuantities, parseQuantity, type Quantity } from '../quantity.ts';
import { CelSets, listRows, setRows, textRows } from './cel-collections.ts';
import { CelCidr, CelIp, CelUrl, netRows } from './cel-networks.ts';

/** A quantity inside an expression. */
class CelQuantity {
  readonly quantity: Quantity;
  constructor(quantity: Quantity) {
    this.quantity = quantity;
  }
}

const billion = 1_000_000_000n;

function quantityOf(text: string): CelQuantity {
  const parsed = parseQuantity(text);
  if (typeof parsed === 'string') throw new Error(parsed);
  return new CelQuantity(parsed);
}

/** The functions that Kubernetes adds to CEL: https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-libraries. */
export function registerKubernetesFunctions(environment: Environment): void {
  environment
    .registerType('kubernetes.Quantity', CelQuantity)
    .registerType('kubernetes.URL', CelUrl)
    .registerType('net.IP', CelIp)
    .registerType('net.CIDR', CelCidr)
    .registerType('kubernetes.Sets', CelSets)
    .registerConstant('sets', 'kubernetes.Sets', new CelSets());
  const rows: [string, (...args: never[]) => unknown][] = [
    ...textRows,
    ...listRows,
    ...setRows,
    ...quantityRows,
    ...netRows,
  ];
  for (const [signature, run] of rows) environment.registerFunction(signature, run);
}

const quantityRows: [string, (...args: never[]) => unknown][] = [
  ['quantity(string): kubernetes.Quantity', quantityOf],
  ['isQuantity(string): bool', (text: string) => typeof parseQuantity(text) !== 'string'],
  [
    'kubernetes.Quantity.sign(): int',
    (a: CelQuantity) => (a.quantity.nano > 0n ? 1n : a.quantity.nano < 0n ? -1n : 0n),
  ],
  ['kubernetes.Quantity.isInteger(): bool', (a: CelQuantity) => a.quantity.nano % billion === 0n],
  ['kubernetes.Quantity.asInteger(): int', (a: CelQuantity) => a.quantity.nano / billion],
  ['kubernetes.Quantity.asApproximateFloat(): double', (a: CelQuantity) => Number(a.quantity.nano) / 1e9],
  [
    'kubernetes.Quantity.compareTo(kubernetes.Quantity): int',
    (a: CelQuantity, b: CelQuantity) => BigInt(compareQuantities(a.quantity, b.quantity)),
  ],
  [
    'kubernetes.Quantity.isLessThan(kubernetes.Quantity): bool',
    (a: CelQuantity, b: CelQuantity) => a.quantity.nano < b.quantity.nano,
  ],
  [
    'kubernetes.Quantity.isGreaterThan(kubernetes.Quantity): bool',
    (a: CelQuantity, b: CelQuantity) => a.quantity.nano > b.quantity.nano,
  ],
  [
    'kubernetes.Quantity.add(kubernetes.Quantity): kubernetes.Quantity',
    (a: CelQuantity, b: CelQuantity) => new CelQuantity({ ...a.quantity, nano: a.quantity.nano + b.quantity.nano }),
  ],
  [
    'kubernetes.Quantity.sub(kubernetes.Quantity): kubernetes.Quantity',
    (a: CelQuantity, b: CelQuantity) => new CelQuantity({ ...a.quantity, nano: a.quantity.nano - b.quantity.nano }),
  ],
];
