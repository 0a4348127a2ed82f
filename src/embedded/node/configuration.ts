import type { Resource } from '../../resource/index.ts';
import type { Mirror, Mirrors } from '../controllers/mirror.ts';

/** The objects that pods are configured with, as the server has them. */
export class Configuration {
  readonly #mirrors: Mirrors;
  #next = Promise.withResolvers<void>();
  readonly #listeners = new Set<(object: Resource) => void>();

  constructor(mirrors: Mirrors) {
    this.#mirrors = mirrors;
    for (const kind of ['ConfigMap', 'Secret', 'PersistentVolumeClaim', 'PersistentVolume'] as const)
      this.#of(kind).onChange((now, before) => this.#changed((now ?? before) as Resource));
  }

  configMap(namespace: string, name: string): Resource | undefined {
    return this.#of('ConfigMap').get(namespace, name);
  }

  secret(namespace: string, name: string): Resource | undefined {
    return this.#of('Secret').get(namespace, name);
  }

  claim(namespace: string, name: string): Resource | undefined {
    return this.#of('PersistentVolumeClaim').get(namespace, name);
  }

  volume(name: string): Resource | undefined {
    return this.#of('PersistentVolume').get(undefined, name);
  }

  services(namespace: string): Resource[] {
    return this.#of('Service').inNamespace(namespace);
  }

  /** Calls back at every change of a ConfigMap, Secret, claim or volume; answers how to stop that. */
  onChange(listener: (object: Resource) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The next change of any of them; resolves too when the signal is aborted. */
  async changed(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const stopped = Promise.withResolvers<void>();
    signal.addEventListener('abort', () => stopped.resolve(), { once: true });
    await Promise.race([this.#next.promise, stopped.promise]);
  }

  #of(kind: 'ConfigMap' | 'Secret' | 'PersistentVolumeClaim' | 'PersistentVolume' | 'Service'): Mirror {
    return this.#mirrors.of('v1', kind);
  }

  #changed(object: Resource): void {
    this.#next.resolve();
    this.#next = Promise.withResolvers();
    for (const listener of this.#listeners) listener(object);
  }
}
