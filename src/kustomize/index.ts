/**
 * RENDER: a complete Kustomize as a pure function over `Files`: the same bytes as `kubectl kustomize`.
 * This room knows nothing of clusters, stacks or the network; it imports `resource` and the type of `Files`.
 */
export { type BuildOptions, type BuildResult, build, buildYaml } from './build.ts';
export type { FieldChange } from './explain.ts';
