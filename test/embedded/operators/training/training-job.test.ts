import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isJsonObject, type JsonValue } from '../../../../src/resource/index.ts';
import { openStage, type Stage } from '../stage.ts';
import { type Children, children, createJob, events, type Sight, sight, take } from './life.ts';
import { scenarios } from './scenarios.ts';

interface Recorded {
  children: Children;
  sights: Sight[];
  events: string[];
}

const recorded = JSON.parse(await readFile(new URL('recorded.json', import.meta.url), 'utf8')) as Record<
  string,
  Recorded
>;

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({
    programs: ['ghcr.io/kubeflow/training-v1/training-operator:v1-3f15cb8'],
    definitions: ['training/crds.yaml'],
  });
});
afterAll(() => stage?.[Symbol.asyncDispose]());

describe('lives a job as training-operator 1.8.1 does, child by child and status by status', () => {
  test.each(scenarios.map((scenario, index) => [`${scenario.kind}: ${scenario.says}`, scenario, index] as const))(
    '%s',
    async (title, scenario, index) => {
      const namespace = `scene-${index}`;
      const wanted = inNamespace(recorded[title] as unknown as JsonValue, namespace) as unknown as Recorded;
      await stage.namespace(namespace);
      await createJob(stage.cluster, namespace, scenario);
      await settles(namespace, scenario.kind, wanted.sights[0] as Sight);
      expect(await children(stage.cluster, namespace)).toEqual(withOurWait(wanted.children));
      for (const [step, next] of scenario.steps.entries()) {
        await take(stage.cluster, namespace, scenario.kind, next);
        await settles(namespace, scenario.kind, wanted.sights[step + 1] as Sight);
      }
      await hears(
        namespace,
        wanted.events.filter((line) => !/ is exist: /.test(line)),
      );
      expect(stage.errors).toEqual([]);
    },
  );
});

const watched = [
  { apiVersion: 'v1', kind: 'Pod' },
  { apiVersion: 'v1', kind: 'Service' },
];

async function settles(namespace: string, kind: string, wanted: Sight): Promise<void> {
  let last: Sight | undefined;
  await stage
    .until(
      [...watched, { apiVersion: 'kubeflow.org/v1', kind }],
      async () => {
        last = await sight(stage.cluster, namespace, kind);
        return JSON.stringify(last) === JSON.stringify(wanted) ? true : undefined;
      },
      () => `a ${kind}`,
    )
    .catch((error: unknown) => {
      expect(last, String(error)).toEqual(wanted);
    });
}

/** The real operator's events are a part of ours: its recorder swallows those above 25 about one object. */
async function hears(namespace: string, wanted: readonly string[]): Promise<void> {
  let last: string[] = [];
  await stage
    .until(
      [{ apiVersion: 'v1', kind: 'Event' }],
      async () => {
        last = await events(stage.cluster, namespace);
        return wanted.every((line) => last.includes(line)) ? true : undefined;
      },
      () => 'events',
    )
    .catch((error: unknown) => {
      expect(last, String(error)).toEqual(wanted);
    });
}

function inNamespace(value: JsonValue, namespace: string): JsonValue {
  return JSON.parse(JSON.stringify(value).replaceAll('the-namespace', namespace)) as JsonValue;
}

/** Our nodes have no DNS server, so workers ask the hosts file for their master. */
function withOurWait(wanted: Children): Children {
  const text = JSON.stringify(wanted).replaceAll(
    /err=1;for i in \$\(seq 100\); do if nslookup ([\w-]+); then err=0 && break; fi;echo waiting for master; sleep 2; done; exit \$err/g,
    (_, host: string) =>
      JSON.stringify(
        `err=1;for i in $(seq 1000); do if grep -qw "${host}" "\${SLIPWAY_HOSTS:-/etc/hosts}"; then err=0 && break; fi;echo waiting for master; sleep 0.2; done; exit $err`,
      ).slice(1, -1),
  );
  const parsed: unknown = JSON.parse(text);
  if (!isJsonObject(parsed)) throw new TypeError('Not what was recorded');
  return parsed as Children;
}
