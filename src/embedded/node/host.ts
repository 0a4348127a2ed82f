import type { ImageRow } from './images.ts';
import type { Addresses } from './network/addresses.ts';
import type { ServiceProxy } from './network/proxy.ts';
import type { Backend, Services } from './network/services.ts';
import type { Guard } from './process/guard.ts';
import type { Mounting } from './process/sandbox.ts';
import type { PythonEnvironments } from './python.ts';

/** What this machine offers to pods. */
export interface Host {
  /** Pods live below it. */
  directory: string;
  guard: Guard;
  mounting: Mounting;
  images: readonly ImageRow[];
  python: PythonEnvironments;
  addresses: Addresses;
  services: Services;
  proxy: ServiceProxy;
  /** The machine's PATH and LANG: all that programs of pods get of its environment. */
  env: { PATH: string; LANG: string };
  /** Where pods reach the API. */
  api: Backend | undefined;
  allocatable: Readonly<Record<string, string>>;
}
