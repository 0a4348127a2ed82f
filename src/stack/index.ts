/**
 * READ: the user's project. `slipway.yaml`, its environments, the catalogue of components, the lock file; from them the
 * objects of an environment. It edits these files too, and keeps their comments. It refuses to know clusters: who asks a
 * cluster for its identity compares it here.
 */
export { type Component, closeOver, findComponent, neededBy, readCatalogue } from './catalogue.ts';
export { addComponents, addExternal, removeComponents } from './components.ts';
export { readDocument } from './document.ts';
export { bindEnvironment, checkIdentity, describeCluster, type Identity } from './environment.ts';
export { initStack, refuseSecondStack } from './init.ts';
export { baseName, readObjects } from './objects.ts';
export { printObjects, writeObjects } from './print.ts';
export { render, renderDirectory } from './render.ts';
export { requiredComponents } from './requires.ts';
export { type Environment, findEnvironment, loadStack, type Stack, stackFile } from './stack.ts';
