import { resolveKinds } from '../kinds.ts';
import { textAt } from '../read.ts';
import type { Check, Examination, Finding } from './finding.ts';

/** The Kubernetes minor versions that a stack was tested on. */
export interface Tested {
  min?: string;
  max?: string;
}

const minor = (version: string) => Number(/^v?1\.(\d+)/.exec(version)?.[1] ?? Number.NaN);

/** The server's version against what was tested, and every kind against what the server serves. */
export function versions(tested: Tested | undefined): Check {
  return async ({ cluster, desired, call }) => {
    const { gitVersion } = await cluster.version(call);
    const findings: Finding[] = [];
    const server = minor(gitVersion);
    if (tested?.min !== undefined && server < minor(tested.min)) {
      findings.push({
        id: 'KUBERNETES_VERSION',
        severity: 'fatal',
        message: `The server is Kubernetes ${gitVersion}, and the stack needs ${tested.min} or later`,
        remedy: 'Upgrade the cluster, or use an older release of the components',
      });
    }
    if (tested?.max !== undefined && server > minor(tested.max)) {
      findings.push({
        id: 'KUBERNETES_VERSION',
        severity: 'note',
        message: `The server is Kubernetes ${gitVersion}; the stack was tested up to ${tested.max}`,
      });
    }
    const { problems } = await resolveKinds(cluster, desired, call);
    for (const { message, suggestion } of problems) {
      findings.push({
        id: 'API_VERSION',
        severity: 'fatal',
        message,
        ...(suggestion === undefined ? {} : { remedy: suggestion }),
      });
    }
    return findings;
  };
}

/** Nodes of several architectures, or of one for which few images are made. */
export async function architecture({ list }: Examination): Promise<Finding[]> {
  const nodes = (await list('v1', 'Node')) ?? [];
  const kinds = [...new Set(nodes.flatMap((node) => textAt(node, 'status', 'nodeInfo', 'architecture') ?? []))].sort();
  if (kinds.length === 0 || (kinds.length === 1 && kinds[0] === 'amd64')) return [];
  return [
    {
      id: 'ARCHITECTURE',
      severity: 'warning',
      message: `The nodes are ${kinds.join(' and ')}; many images of the ML world are made for amd64 alone`,
      remedy: 'Check the images of the stack: `slipway images list`',
    },
  ];
}
