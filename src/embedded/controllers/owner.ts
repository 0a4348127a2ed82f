import type { OwnerReference, Resource } from '../../resource/index.ts';

/** The owner that manages an object, if any: at most one reference has `controller: true`. */
export function controllerOf(object: Resource): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((owner) => owner.controller === true);
}

/** The reference that a controller puts on what it creates. */
export function controlledBy(owner: Resource): OwnerReference {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
}

export function isControlledBy(object: Resource, owner: Resource): boolean {
  return controllerOf(object)?.uid === owner.metadata.uid;
}

/** Keys of the controller of an object, now and before, for a queue of that kind. */
export function controllerKeys(kind: string, ...objects: (Resource | undefined)[]): string[] {
  return objects.flatMap((object) => {
    const owner = object === undefined ? undefined : controllerOf(object);
    return owner?.kind === kind ? [`${object?.metadata.namespace}/${owner.name}`] : [];
  });
}
