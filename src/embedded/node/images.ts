/**
 * How an image's programs run on this machine: `host` programs as they are found on the PATH, `python` in a virtual
 * environment with the packages named. What no row names is simulated.
 */
export interface ImageRow {
  /** Matches `registry/repository`, without tag and digest; Docker Hub's names are written in full. */
  image: RegExp;
  runs: 'host' | 'python';
  /** Pinned, as `pip install` takes them. */
  packages?: readonly string[];
  /** What the image would start, where the container does not say. */
  command?: readonly string[];
  /** What the image would set. */
  env?: Readonly<Record<string, string>>;
}

const hub = 'docker\\.io/library';

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
    image: /^docker\.io\/seldonio\/mlserver$/,
    runs: 'python',
    packages: ['mlserver==1.7.1', 'mlserver-sklearn==1.7.1'],
    command: ['/bin/sh', '-c', 'exec mlserver start "$MLSERVER_MODELS_DIR"'],
    env: { MLSERVER_MODELS_DIR: '/mnt/models' },
  },
  {
    image: /(^|\/)notebook-servers\/jupyter(-scipy)?$/,
    runs: 'python',
    packages: ['jupyterlab==4.4.5', 'numpy', 'pandas', 'scikit-learn'],
    command: [
      '/bin/sh',
      '-c',
      'exec jupyter lab --ip="$POD_IP" --port=8888 --no-browser --allow-root --ServerApp.token= --ServerApp.password= --ServerApp.allow_origin="*" --ServerApp.base_url="$NB_PREFIX"',
    ],
    env: { NB_PREFIX: '/' },
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
