/**
 * How an image's programs run on this machine: `host` programs as they are found on the PATH, `python` in a virtual
 * environment with the packages named. What no row names is simulated.
 */
export interface ImageRow {
  /** Matches `registry/repository`, without tag and digest; Docker Hub's names are written in full. */
  image: RegExp;
  runs: 'host' | 'python';
  /**
   * As `pip install` takes them. Bounds rather than exact versions where wheels differ by the machine's Python; what was
   * installed once stays.
   */
  packages?: readonly string[];
  /** What the image would start, where the container does not say. */
  command?: readonly string[];
  /** What the image would set. */
  env?: Readonly<Record<string, string>>;
}

const hub = 'docker\\.io/library';

const lab = ['jupyterlab>=4.4,<5', 'ipykernel>=6,<8'];
const science = ['numpy>=1.26,<3', 'pandas>=2,<4', 'scikit-learn>=1.5,<2'];
const torch = ['torch>=2.6,<3'];
const tensorflow = ['tensorflow>=2.18,<3'];

/** What the notebook images of Kubeflow start: see their contract in https://github.com/kubeflow/notebooks. */
const notebook = [
  '/bin/sh',
  '-c',
  'exec jupyter lab --ip="$POD_IP" --port=8888 --no-browser --allow-root --ServerApp.token= --ServerApp.password= --ServerApp.allow_origin="*" --ServerApp.base_url="$NB_PREFIX"',
];

/** The allow list. The first row that matches counts. */
export const images: readonly ImageRow[] = [
  { image: /^docker\.io\/library\/host$/, runs: 'host', command: ['/bin/sh'] },
  {
    image: new RegExp(`^(${hub}|quay\\.io/prometheus|(registry\\.)?k8s\\.(gcr\\.)?io(/e2e-test-images)?)/busybox$`),
    runs: 'host',
    command: ['sh'],
  },
  { image: new RegExp(`^${hub}/(alpine|bash|debian|ubuntu)$`), runs: 'host', command: ['/bin/sh'] },
  { image: new RegExp(`^${hub}/python$`), runs: 'python', command: ['python3'] },
  {
    image: /\/notebook-servers\/(jupyter|jupyter-scipy)$/,
    runs: 'python',
    packages: [...lab, ...science],
    command: notebook,
    env: { NB_PREFIX: '/' },
  },
  {
    image: /\/notebook-servers\/jupyter-pytorch(-full)?$/,
    runs: 'python',
    packages: [...lab, ...science, ...torch],
    command: notebook,
    env: { NB_PREFIX: '/' },
  },
  {
    image: /\/notebook-servers\/jupyter-tensorflow(-full)?$/,
    runs: 'python',
    packages: [...lab, ...science, ...tensorflow],
    command: notebook,
    env: { NB_PREFIX: '/' },
  },
  { image: /^docker\.io\/pytorch\/pytorch$/, runs: 'python', packages: [...torch, ...science], command: ['python3'] },
  {
    image: /^docker\.io\/tensorflow\/tensorflow$/,
    runs: 'python',
    packages: [...tensorflow, ...science],
    command: ['python3'],
  },
  {
    image: /^ghcr\.io\/kubeflow\/trainer\/xgboost-runtime$/,
    runs: 'python',
    packages: ['xgboost>=3,<4', ...science],
    command: ['python3'],
  },
  { image: /^nvcr\.io\/nvidia\/jax$/, runs: 'python', packages: ['jax>=0.5,<1', ...science], command: ['python3'] },
  {
    image: /^docker\.io\/seldonio\/mlserver$/,
    runs: 'python',
    packages: ['mlserver==1.7.1', 'mlserver-sklearn==1.7.1'],
    command: ['/bin/sh', '-c', 'exec mlserver start "$MLSERVER_MODELS_DIR"'],
    env: { MLSERVER_MODELS_DIR: '/mnt/models' },
  },
];

/** The row of an image reference; undefined where it is to be simulated. */
export function rowOf(reference: string, table: readonly ImageRow[] = images): ImageRow | undefined {
  const name = repositoryOf(reference);
  return name === undefined ? undefined : table.find(({ image }) => image.test(name));
}

/** `registry/repository` of a reference, completed as container runtimes do; undefined where it is no reference. */
export function repositoryOf(reference: string): string | undefined {
  const match = /^(?<name>[a-zA-Z0-9][a-zA-Z0-9._:/-]*?)(?::[\w][\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/.exec(
    reference,
  );
  const name = match?.groups?.['name'];
  if (name === undefined || name.split('/').some((part) => part === '' || /^\.+$/.test(part))) return undefined;
  const [first = '', ...rest] = name.split('/');
  if (rest.length === 0) return `docker.io/library/${first}`;
  return /[.:]/.test(first) || first === 'localhost' ? name : `docker.io/${name}`;
}
