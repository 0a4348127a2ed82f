import type { Resource } from '../../../resource/index.ts';
import type { Recorder } from '../../controllers/events.ts';
import type { Mirrors } from '../../controllers/mirror.ts';
import { controlledBy } from '../../controllers/owner.ts';
import { phaseOf } from '../../controllers/pod.ts';
import { startPods } from '../../controllers/slow-start.ts';
import { remove } from '../children.ts';
import { exitCodeOf } from './counts.ts';
import type { Verdict } from './kind.ts';
import { indexOf, isOfRole, masterLabel, placeLabels } from './labels.ts';
import { mainContainer, placeName, portOf, type Role, type TrainingJob } from './spec.ts';

/** Creates and deletes the pods and Services of a job's places. */
export interface Places {
  /** Brings one role to its size; answers what the pods that ended say of the job. */
  sync(role: Role): Promise<Verdict | undefined>;
  podsOf(role: Role): Resource[];
  delete(pod: Resource): Promise<void>;
}

export function placesOf(mirrors: Mirrors, events: Recorder, job: TrainingJob): Places {
  const { resource, kind } = job;
  const owned = (type: string) => mirrors.of('v1', type).ownedBy(resource.metadata.uid ?? '');
  const podsOf = (role: Role) =>
    owned('Pod')
      .filter((pod) => isOfRole(pod, role.name))
      .sort((one, other) => indexOf(one) - indexOf(other));
  const servicesOf = (role: Role) => owned('Service').filter((service) => isOfRole(service, role.name));

  async function create(role: Role, indexes: readonly number[]): Promise<void> {
    const failure = await startPods(
      indexes.map((index) => async () => {
        const pod = podFor(job, role, index, () =>
          events(
            resource,
            'Warning',
            'SetPodTemplateRestartPolicy',
            'Restart policy in pod template will be overwritten by restart policy in replica spec',
          ),
        );
        await mirrors.create(pod);
        const { name } = pod.metadata;
        const said = kind.created?.(job, role, name) ?? {
          reason: 'SuccessfulCreatePod',
          message: `Created pod: ${name}`,
        };
        events(resource, 'Normal', said.reason, said.message);
      }),
    );
    if (failure === undefined) return;
    events(resource, 'Warning', 'FailedCreatePod', `Error creating: ${failure.message}`);
    throw failure;
  }

  async function deletePod(pod: Resource): Promise<void> {
    // One that is on its way out keeps its place until it is gone.
    if (pod.metadata.deletionTimestamp !== undefined) return;
    await remove(mirrors, pod);
    events(resource, 'Normal', 'SuccessfulDeletePod', `Deleted pod: ${pod.metadata.name}`);
  }

  async function syncServices(role: Role): Promise<void> {
    if (kind.hasServices === false) return;
    const services = servicesOf(role);
    for (const index of missing(role, services)) {
      const service = serviceFor(job, role, index);
      await mirrors.create(service);
      events(resource, 'Normal', 'SuccessfulCreateService', `Created service: ${service.metadata.name}`);
    }
    for (const service of services.filter((one) => indexOf(one) >= role.replicas)) await deleteService(service);
  }

  async function deleteService(service: Resource): Promise<void> {
    await remove(mirrors, service);
    events(resource, 'Normal', 'SuccessfulDeleteService', `Deleted service: ${service.metadata.name}`);
  }

  /** A pod that failed is deleted and thereby made again, where the policy says so. */
  async function look(role: Role, pod: Resource): Promise<Verdict | undefined> {
    const code = kind.container === undefined ? undefined : exitCodeOf(pod, kind.container);
    const { name, namespace } = pod.metadata;
    if (code !== undefined)
      events(resource, 'Normal', 'ExitedWithCode', `Pod: ${namespace}.${name} exited with code ${code}`);
    if (phaseOf(pod) !== 'Failed' || role.restartPolicy === 'Never') return undefined;
    if (role.restartPolicy !== 'ExitCode' || isTransient(code)) {
      await deletePod(pod);
      return { type: 'Restarting', message: `job ${job.name} is restarting because ${role.name} replica(s) failed.` };
    }
    return { type: 'Failed', message: `job "${job.name}" is failing because "${role.name}" replica(s) failed.` };
  }

  return {
    podsOf,
    delete: async (pod) => {
      await deletePod(pod);
      const service = mirrors.of('v1', 'Service').get(job.namespace, pod.metadata.name);
      if (service !== undefined) await deleteService(service);
    },
    sync: async (role) => {
      const pods = podsOf(role);
      let verdict: Verdict | undefined;
      await create(role, missing(role, pods));
      for (const pod of pods) {
        if (indexOf(pod) >= role.replicas) await deletePod(pod);
        else if (pod.metadata.deletionTimestamp === undefined) verdict = (await look(role, pod)) ?? verdict;
      }
      await syncServices(role);
      return verdict;
    },
  };
}

/** 128 and above: ended by a signal, which another try may survive. */
const isTransient = (code: number | undefined) => code !== undefined && code >= 128;

function missing(role: Role, there: readonly Resource[]): number[] {
  const taken = new Set(there.map(indexOf));
  return Array.from({ length: role.replicas }, (_, index) => index).filter((index) => !taken.has(index));
}

/** The pod of one place. */
export function podFor(job: TrainingJob, role: Role, index: number, onOverruled: () => void): Resource {
  const { metadata = {}, spec: given } = role.template;
  const spec = structuredClone(given);
  job.kind.furnish(job, role, index, spec);
  if (spec.restartPolicy !== undefined) onOverruled();
  spec.restartPolicy = role.restartPolicy === 'ExitCode' ? 'Never' : role.restartPolicy;
  const labels = {
    ...metadata.labels,
    ...placeLabels(job, role.name, index),
    ...(job.kind.isMaster(job, role, index) ? masterLabel : {}),
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: placeName(job, role.name, index),
      namespace: job.namespace,
      labels,
      ...(metadata.annotations === undefined ? {} : { annotations: { ...metadata.annotations } }),
      ownerReferences: [controlledBy(job.resource)],
    },
    spec,
  };
}

/** The headless Service by which a place is found. */
function serviceFor(job: TrainingJob, role: Role, index: number): Resource {
  const labels = placeLabels(job, role.name, index);
  const main = mainContainer(job.kind, role.template.spec);
  const ports = (main?.ports ?? []).map(({ name = '', containerPort }) => ({ name, port: containerPort }));
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: placeName(job, role.name, index),
      namespace: job.namespace,
      labels,
      ownerReferences: [controlledBy(job.resource)],
    },
    spec: {
      clusterIP: 'None',
      selector: labels,
      ports: ports.length > 0 ? ports : [{ name: job.kind.port?.name ?? '', port: portOf(job, role.name) }],
    },
  };
}
