import type { Cluster } from '../cluster/index.ts';
import { UserError } from '../errors.ts';
import type { Resource } from '../resource/index.ts';
import { follow } from './follow.ts';
import { refOf } from './objects.ts';

/** A log is a narrow way out: more than this takes another one. In KiB. */
const most = 64 * 1024;

/** A pod that can be asked for a shell, `tar` and `base64`. */
export const readerImage = 'docker.io/library/busybox:1.36';

const script = `cd "$CONTENT" && size=$(du -sk . | cut -f1) && if [ "$size" -gt ${most} ]; then echo "too big: $size"; exit 3; fi && tar -cf - . | base64`;

/**
 * What is in a claim, as a tar archive in base64: a Job mounts it and writes the archive to its log, which every
 * cluster can be asked for. The Job is taken away again.
 */
export async function readClaim(
  cluster: Cluster,
  { namespace, claim, image, id }: { namespace: string; claim: string; image: string; id: string },
  signal: AbortSignal,
): Promise<string> {
  const job: Resource = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: `slipway-read-${id}`, namespace },
    spec: {
      backoffLimit: 0,
      ttlSecondsAfterFinished: 300,
      template: {
        spec: {
          restartPolicy: 'Never',
          containers: [
            {
              name: 'reader',
              image,
              command: ['sh', '-c', script],
              env: [{ name: 'CONTENT', value: '/content' }],
              volumeMounts: [{ name: 'content', mountPath: '/content', readOnly: true }],
            },
          ],
          volumes: [{ name: 'content', persistentVolumeClaim: { claimName: claim } }],
        },
      },
    },
  };
  const made = { ...(await cluster.create(job, { signal })), apiVersion: 'batch/v1', kind: 'Job' };
  try {
    const lines: string[] = [];
    let failed = false;
    const until = ({ phase }: { phase: string }) => phase === 'succeeded' || phase === 'failed';
    for await (const event of follow(cluster, made, { signal, logs: true, until })) {
      if (event.type === 'log') lines.push(event.line);
      if (event.type === 'state') failed = event.state.phase === 'failed';
      if (event.type === 'waiting' && event.image) throw unreadable(claim, event.reason);
    }
    if (failed) throw unreadable(claim, lines.at(-1) ?? 'its reader ended without a word');
    return lines.join('');
  } finally {
    await cluster.delete(refOf(made), { propagation: 'Background' });
  }
}

function unreadable(claim: string, why: string): UserError {
  return new UserError('VOLUME_UNREADABLE', `Cannot read the claim ${claim}: ${why}`, {
    suggestions: [
      'another image with sh, tar and base64 can be named with --reader-image',
      `up to ${most / 1024} MiB come out this way: mount the claim into a notebook for more`,
    ],
  });
}
