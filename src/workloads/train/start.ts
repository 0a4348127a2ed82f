import type { JsonObject } from '../../resource/index.ts';
import { codeRoot, outputRoot, workRoot } from '../code.ts';
import type { TrainSpec } from './spec.ts';

/** What goes with a run besides its spec. */
export interface Shipped {
  /** The volume of the code, where a folder is shipped. */
  code?: JsonObject;
  hasRequirements?: boolean;
}

/**
 * Runs in a copy of the code, because the volume cannot be written. Packages go into an environment that sees those
 * of the image: what is there already is not fetched again, and no rights are needed.
 */
const prepare = 'mkdir -p "$SLIPWAY_WORK" && cp -RL "$SLIPWAY_CODE/." "$SLIPWAY_WORK/" && cd "$SLIPWAY_WORK"';
const install =
  'python -m venv --system-site-packages .venv && . .venv/bin/activate' +
  ' && python -m pip install --quiet --disable-pip-version-check -r requirements.txt';

export interface Start {
  command?: string[];
  args?: string[];
  env: Record<string, string>;
  mounts: JsonObject[];
  volumes: JsonObject[];
}

/** How the containers of a run start: the same everywhere, except for the launcher of MPI. */
export function start(spec: TrainSpec, shipped: Shipped): Start {
  const program = programOf(spec);
  const code = shipped.code;
  const output = { name: 'output', mountPath: outputRoot };
  const volumes = [
    spec.output === undefined
      ? { name: 'output', emptyDir: {} }
      : { name: 'output', persistentVolumeClaim: { claimName: spec.output.claim } },
  ];
  if (code === undefined) {
    return {
      ...(spec.command.length === 0 ? {} : { command: program }),
      ...(spec.command.length === 0 ? { args: spec.args } : {}),
      env: { SLIPWAY_OUTPUT: outputRoot },
      mounts: [output],
      volumes,
    };
  }
  const steps = [prepare, ...(shipped.hasRequirements === true ? [install] : []), 'exec "$@"'];
  const isCopied = spec.framework !== 'mpi';
  return {
    // The word after the script is $0: what the shell calls itself in its messages.
    command: isCopied ? ['sh', '-c', steps.join(' && '), 'slipway'] : program,
    ...(isCopied ? { args: program } : {}),
    env: { SLIPWAY_CODE: codeRoot, SLIPWAY_OUTPUT: outputRoot, ...(isCopied ? { SLIPWAY_WORK: workRoot } : {}) },
    mounts: [
      { name: 'code', mountPath: codeRoot, readOnly: true },
      ...(isCopied ? [{ name: 'work', mountPath: workRoot }] : []),
      output,
    ],
    volumes: [code, ...(isCopied ? [{ name: 'work', emptyDir: {} }] : []), ...volumes],
  };
}

/** The command line of the user's program. */
function programOf(spec: TrainSpec): string[] {
  const { script, framework, workers, processesPerNode = 1 } = spec;
  const line = [...spec.command, ...(script === undefined ? [] : [script]), ...spec.args];
  if (spec.command.length > 0) return line;
  switch (framework) {
    case 'mpi': {
      // Every process finds the code where the volume is: nothing was copied on the workers.
      const there = [...(script === undefined ? [] : [`${codeRoot}/${script}`]), ...spec.args];
      const total = String(workers * processesPerNode);
      return ['mpirun', '--allow-run-as-root', '-np', total, '-bind-to', 'none', '-map-by', 'slot', 'python', ...there];
    }
    case 'pytorch':
      // torchrun reads the PET_ variables of both operators; one process per node needs none with version 1.
      return [
        ...(spec.api === 'v2' || processesPerNode > 1 || spec.elastic !== undefined ? ['torchrun'] : ['python']),
        ...line,
      ];
    case 'python':
    case 'tensorflow':
    case 'xgboost':
    case 'jax':
      return ['python', ...line];
    default:
      return framework satisfies never;
  }
}
