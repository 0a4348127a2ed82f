/** A Kubernetes quantity: `500m`, `2`, `1.5Gi`, `4e3` (apimachinery, `resource.Quantity`), never negative here. */
export const quantityPattern = /^\+?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+|[numkMGTPE]|[KMGTPE]i)?$/;

const scales: Record<string, number> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** The number that a valid quantity stands for; good for comparing, not for exact sums. */
export function amountOf(quantity: string): number {
  const [, number = '0', suffix = ''] = /^\+?([\d.]+)(.*)$/.exec(quantity) ?? [];
  return suffix in scales ? Number(number) * scales[suffix]! : Number(`${number}${suffix}`);
}
