const factors: Record<string, number> = {
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

/** The value of a Kubernetes quantity: cores, bytes or a count. 0 for what is not one. */
export function quantity(text: unknown): number {
  if (typeof text === 'number') return text;
  const match = /^([+-]?\d*\.?\d+(?:[eE][+-]?\d+)?)([numkMGTPE]|[KMGTPE]i)?$/.exec(String(text ?? '').trim());
  return match === null ? 0 : Number(match[1]) * (factors[match[2] ?? ''] ?? 0);
}

export const cores = (value: number) => `${Math.round(value * 100) / 100} CPU`;
export const bytes = (value: number) =>
  value >= 2 ** 30 ? `${Math.round((value / 2 ** 30) * 10) / 10} GiB` : `${Math.round(value / 2 ** 20)} MiB`;
