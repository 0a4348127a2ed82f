/**
 * READ: the user's project. `slipway.yaml`, its environments, the catalogue of components, the lock file; from them the
 * objects of an environment. It edits these files too, and keeps their comments. It refuses to know clusters: who asks a
 * cluster for its identity compares it here.
 */
export { type Component, closeOver, findComponent, readCatalogue } from './catalogue.ts';
export { bindEnvironment, checkIdentity, type Identity } from './environment.ts';
export { baseName, readObjects } from './objects.ts';
export { render, renderDirectory } from './render.ts';
export { type ClusterBinding, type Environment, findEnvironment, loadStack, type Stack, stackFile } from './stack.ts';
