import type { JsonObject } from '../../resource/index.ts';

/** So much of a pod as operators touch. */
export type PodSpec = JsonObject & {
  containers: Container[];
  initContainers?: Container[];
  volumes?: JsonObject[];
  restartPolicy?: string;
};

export type Container = JsonObject & {
  name: string;
  image?: string;
  command?: string[];
  args?: string[];
  env?: Variable[];
  ports?: (JsonObject & { name?: string; containerPort: number })[];
  volumeMounts?: JsonObject[];
};

export type Variable = JsonObject & { name: string; value?: string };

/** Adds variables after those that are there; one of the same name gives way, as the last one counts in a container. */
export function addVariables(container: Container, values: Readonly<Record<string, string | number>>): void {
  const added = Object.entries(values).map(([name, value]) => ({ name, value: String(value) }));
  if (added.length === 0) return;
  container.env = [...(container.env ?? []).filter(({ name }) => !(name in values)), ...added];
}
