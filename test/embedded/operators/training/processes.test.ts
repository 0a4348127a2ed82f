import { afterAll, beforeAll, expect, test } from 'vitest';
import { startOperators } from '../../../../src/embedded/operators/index.ts';
import type { JsonObject, Resource } from '../../../../src/resource/index.ts';
import { type Bed, makeBed } from '../../node/bed.ts';
import { definitionsOf } from '../stage.ts';

let bed: Bed;
let done: Promise<void>;
const stopping = new AbortController();
const errors: string[] = [];

beforeAll(async () => {
  bed = await makeBed({ controllers: true });
  for (const definition of await definitionsOf('training/crds.yaml')) await bed.cluster.create(definition);
  const operators = startOperators(bed.cluster, {
    signal: stopping.signal,
    onError: (operator, key, error) => errors.push(`${operator} ${key}: ${String(error)}`),
  });
  done = operators.done;
  await bed.create(`
    apiVersion: v1
    kind: Pod
    metadata: { name: training-operator }
    spec: { containers: [{ name: manager, image: "ghcr.io/kubeflow/training-v1/training-operator:v1-3f15cb8" }] }`);
}, 60_000);
afterAll(async () => {
  stopping.abort();
  await done;
  await bed?.[Symbol.asyncDispose]();
}, 60_000);

/** Each worker sends its rank to the master, which adds them up; pure Python, as any rendezvous does it. */
const script = `
import os, socket
rank, size, port = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"]), int(os.environ["MASTER_PORT"])
address = os.environ["MASTER_ADDR"]
if rank == 0:
    server = socket.create_server(("0.0.0.0", port))
    total = sum(int(server.accept()[0].makefile().readline()) for _ in range(size - 1))
    print("sum of ranks", total, "of", size)
else:
    import time
    for _ in range(200):
        try:
            with socket.create_connection((address, port)) as one:
                one.sendall(f"{rank}\\n".encode())
            break
        except OSError:
            time.sleep(0.05)
    print("rank", rank, "sent")
`;

const container = `{ name: pytorch, image: "python:3", command: [python3, -c, ${JSON.stringify(script)}] }`;

test('a master and two workers find each other by the variables they get, and exchange data', {
  timeout: 60_000,
}, async () => {
  await bed.create(`
    apiVersion: kubeflow.org/v1
    kind: PyTorchJob
    metadata: { name: ranks }
    spec:
      pytorchReplicaSpecs:
        Master: { replicas: 1, restartPolicy: Never, template: { spec: { containers: [${container}] } } }
        Worker: { replicas: 2, restartPolicy: Never, template: { spec: { containers: [${container}] } } }`);
  const job = await finished('ranks');
  expect(conditionsOf(job), errors.join('\n')).toContain('Succeeded');
  expect(await bed.logs('ranks-master-0', 'pytorch')).toBe('sum of ranks 3 of 3\n');
});

const conditionsOf = (job: Resource) =>
  ((job['status'] as { conditions?: JsonObject[] } | undefined)?.conditions ?? [])
    .filter(({ status }) => status === 'True')
    .map(({ type }) => String(type));

async function finished(name: string): Promise<Resource> {
  const watching = new AbortController();
  const signal = AbortSignal.any([watching.signal, AbortSignal.timeout(50_000)]);
  let last: Resource | undefined;
  try {
    for await (const event of bed.cluster.watch({ apiVersion: 'kubeflow.org/v1', kind: 'PyTorchJob' }, { signal })) {
      const jobs = event.type === 'RELISTED' ? event.items : event.type === 'BOOKMARK' ? [] : [event.object];
      last = jobs.find(({ metadata }) => metadata.name === name) ?? last;
      if (last !== undefined && conditionsOf(last).some((type) => type === 'Succeeded' || type === 'Failed'))
        return last;
    }
  } finally {
    watching.abort();
  }
  const { items } = await bed.cluster.list({ apiVersion: 'v1', kind: 'Pod' });
  const pods = items.map(({ metadata, status }) => `${metadata.name} ${JSON.stringify(status)}`);
  throw new Error(
    `${name} did not end: ${JSON.stringify(last?.['status'])}\n${pods.join('\n')}\n${errors.join('\n')}\n${bed.errors.join('\n')}`,
  );
}
