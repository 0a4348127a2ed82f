import type { Resource } from '../../resource/index.ts';
import { formatId, idOf } from '../../resource/index.ts';
import { kindOf } from '../order/references.ts';
import { objectsAt, textAt } from '../read.ts';
import type { Examination, Finding } from './finding.ts';

const isDefault = 'storageclass.kubernetes.io/is-default-class';

/** Claims that name no class need a default one; those that name one need that one. */
export async function storage({ desired, list }: Examination): Promise<Finding[]> {
  const classes = await list('storage.k8s.io/v1', 'StorageClass');
  if (classes === undefined) return [];
  const wanted = desired.flatMap((object) => claimsOf(object).map((name) => ({ object, name })));
  const known = new Set(
    [...classes, ...desired.filter((object) => object.kind === 'StorageClass')].map(({ metadata }) => metadata.name),
  );
  const standard = classes.filter((item) => item.metadata.annotations?.[isDefault] === 'true');
  const findings: Finding[] = [];
  const without = wanted.find(({ name }) => name === undefined);
  if (without !== undefined && standard.length === 0) {
    findings.push({
      id: 'STORAGE_CLASS',
      severity: 'fatal',
      message: `${formatId(idOf(without.object))} needs a default StorageClass, and the cluster has none`,
      remedy: `Mark one as the default: kubectl annotate storageclass NAME ${isDefault}=true`,
    });
  }
  for (const { object, name } of wanted) {
    if (name === undefined || name === '' || known.has(name)) continue;
    findings.push({
      id: 'STORAGE_CLASS',
      severity: 'fatal',
      message: `${formatId(idOf(object))} names StorageClass ${name}, which does not exist`,
      remedy: `Use one of: ${[...known].sort().join(', ') || 'none is there yet'}`,
    });
  }
  return findings;
}

/** The class names of an object's claims; undefined for the default class. */
function claimsOf(object: Resource): (string | undefined)[] {
  if (kindOf(object) === 'PersistentVolumeClaim.') return [textAt(object, 'spec', 'storageClassName')];
  return objectsAt(object, 'spec', 'volumeClaimTemplates').map((claim) => textAt(claim, 'spec', 'storageClassName'));
}
