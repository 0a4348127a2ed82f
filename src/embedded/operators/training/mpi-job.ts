import type { Resource } from '../../../resource/index.ts';
import { phaseOf } from '../../controllers/pod.ts';
import { ensure } from '../children.ts';
import { addVariables, type PodSpec } from '../pod-spec.ts';
import type { OperatorSurroundings } from '../program.ts';
import type { TrainingKind, Verdict } from './kind.ts';
import { isOfRole } from './labels.ts';
import { placeName, roleOf, type TrainingJob } from './spec.ts';

const configuration = '/etc/mpi';
const kubectl = '/opt/kube';

const kubexec = `#!/bin/sh
set -x
POD_NAME=$1
shift
${kubectl}/kubectl exec \${POD_NAME} -- /bin/sh -c "$*"`;

/** A launcher runs mpirun, which starts its ranks by `kubectl exec` in workers that sleep until then (v1). */
export const mpiJob: TrainingKind = {
  kind: 'MPIJob',
  replicas: 'mpiReplicaSpecs',
  roles: ['Worker', 'Launcher'],
  noneByDefault: ['Worker'],
  single: ['Launcher'],
  hasServices: false,
  uncounted: ['Worker'],
  restartPolicy: 'Never',
  isMaster: (_, role) => role.name === 'Launcher',
  created: (_, role, pod) =>
    role.name === 'Launcher'
      ? { reason: 'MPIJobRunning', message: `launcher pod created success: ${pod}` }
      : { reason: 'SuccessfulCreatePod', message: `Created worker pod: ${pod}` },
  furnish: (job, role, _, pod) => (role.name === 'Launcher' ? furnishLauncher(job, pod) : furnishWorker(job, pod)),
  judge,
  extras: {
    kinds: [
      { apiVersion: 'v1', kind: 'ServiceAccount' },
      { apiVersion: 'v1', kind: 'ConfigMap' },
      { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role' },
      { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding' },
    ],
    make: async (surroundings, job) => {
      for (const object of extrasOf(surroundings, job)) await ensure(surroundings.mirrors, job.resource, object);
    },
  },
};

function furnishWorker(job: TrainingJob, pod: PodSpec): void {
  const [main] = pod.containers;
  if (main === undefined) return;
  if ((main.command ?? []).length === 0) Object.assign(main, { command: ['sleep'], args: ['365d'] });
  mount(main, { 'mpi-job-config': configuration });
  pod.volumes = [...(pod.volumes ?? []), configVolume(job, { 'kubexec.sh': 0o555 })];
}

function furnishLauncher(job: TrainingJob, pod: PodSpec): void {
  const [main] = pod.containers;
  if (main === undefined) return;
  const places = { 'mpi-job-kubectl': kubectl, 'mpi-job-config': configuration };
  addVariables(main, {
    OMPI_MCA_plm_rsh_agent: `${configuration}/kubexec.sh`,
    OMPI_MCA_orte_default_hostfile: `${configuration}/hostfile`,
    // GPUs are for the workers, unless the launcher asks for its own.
    ...(asksForGpu(pod) ? {} : { NVIDIA_VISIBLE_DEVICES: '', NVIDIA_DRIVER_CAPABILITIES: '' }),
    I_MPI_HYDRA_BOOTSTRAP: 'rsh',
    I_MPI_HYDRA_BOOTSTRAP_EXEC: `${configuration}/kubexec.sh`,
  });
  mount(main, places);
  const size = { cpu: '100m', 'ephemeral-storage': '5Gi', memory: '512Mi' };
  const delivery = {
    name: 'kubectl-delivery',
    image: 'kubeflow/kubectl-delivery:latest',
    imagePullPolicy: 'IfNotPresent',
    resources: { limits: size, requests: size },
  };
  addVariables(delivery, { TARGET_DIR: kubectl, NAMESPACE: job.namespace });
  mount(delivery, places);
  pod['serviceAccountName'] = `${job.name}-launcher`;
  pod.initContainers = [...(pod.initContainers ?? []), delivery];
  pod.volumes = [
    ...(pod.volumes ?? []),
    { name: 'mpi-job-kubectl', emptyDir: {} },
    configVolume(job, { 'kubexec.sh': 0o555, hostfile: 0o444, 'discover_hosts.sh': 0o555 }),
  ];
}

function asksForGpu(pod: PodSpec): boolean {
  return pod.containers.some(({ resources }) =>
    Object.keys((resources as { limits?: object } | undefined)?.limits ?? {}).some((name) => /gpu$/.test(name)),
  );
}

function mount(container: PodSpec['containers'][number], places: Readonly<Record<string, string>>): void {
  const mounts = Object.entries(places).map(([name, mountPath]) => ({ name, mountPath }));
  container.volumeMounts = [...(container.volumeMounts ?? []), ...mounts];
}

function configVolume(job: TrainingJob, modes: Readonly<Record<string, number>>) {
  const items = Object.entries(modes).map(([key, mode]) => ({ key, mode, path: key }));
  return { name: 'mpi-job-config', configMap: { name: `${job.name}-config`, items } };
}

/** What the launcher needs: the list of hosts, and leave to run programs in the workers. */
function extrasOf({ mirrors }: OperatorSurroundings, job: TrainingJob): Resource[] {
  const { name, namespace, resource } = job;
  const slots = Number(job.spec['slotsPerWorker'] ?? 1);
  const workers = Array.from({ length: roleOf(job, 'Worker')?.replicas ?? 0 }, (_, index) =>
    placeName(job, 'Worker', index),
  );
  const running = mirrors
    .of('v1', 'Pod')
    .ownedBy(resource.metadata.uid ?? '')
    .filter((pod) => isOfRole(pod, 'Worker') && phaseOf(pod) === 'Running')
    .map((pod) => pod.metadata.name)
    .sort();
  const metadata = (suffix: string) => ({ name: `${name}-${suffix}`, namespace, labels: { app: name } });
  const account = `${name}-launcher`;
  const group = 'rbac.authorization.k8s.io';
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: metadata('launcher') },
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: metadata('config'),
      data: {
        'kubexec.sh': kubexec,
        hostfile: workers.map((worker) => `${worker} slots=${slots}\n`).join(''),
        'discover_hosts.sh': ['#!/bin/sh', ...running.map((worker) => `echo ${worker}:${slots}`)].join('\n'),
      },
    },
    {
      apiVersion: `${group}/v1`,
      kind: 'Role',
      metadata: metadata('launcher'),
      rules: [
        { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] },
        { apiGroups: [''], resources: ['pods/exec'], resourceNames: workers, verbs: ['create'] },
      ],
    },
    {
      apiVersion: `${group}/v1`,
      kind: 'RoleBinding',
      metadata: metadata('launcher'),
      subjects: [{ kind: 'ServiceAccount', name: account, namespace }],
      roleRef: { apiGroup: group, kind: 'Role', name: account },
    },
  ];
}

/** The job is what its launcher is. */
function judge(job: TrainingJob, counts: Parameters<TrainingKind['judge']>[1]): Verdict[] {
  const launcher = roleOf(job, 'Launcher');
  if (launcher === undefined) return [];
  const { active, succeeded, failed } = counts.of(launcher);
  const name = `MPIJob ${job.name}`;
  if (succeeded > 0) return [{ type: 'Succeeded', message: `${name} is successfully completed.`, event: 'Normal' }];
  if (failed > 0) {
    const message = `${name} is failed because ${failed} ${launcher.name} replica(s) failed.`;
    return [{ type: 'Failed', message, event: 'Normal', reason: 'MPIJobFailed' }];
  }
  return active > 0 ? [{ type: 'Running', message: `${name} is running.` }] : [];
}
