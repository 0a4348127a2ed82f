import type { Problem } from '../errors.ts';
import type { Files } from '../files.ts';
import type { Resource } from '../resource/index.ts';

export interface BuildOptions {
  /** `none` lets files be read from outside of the kustomization's directory. */
  loadRestrictor?: 'root' | 'none';
  signal?: AbortSignal;
}

export interface BuildResult {
  resources: Resource[];
  warnings: Problem[];
}

/** Renders the kustomization in `directory`. Throws a UserError (exit 2) with all problems. */
export async function build(_files: Files, _directory: string, _options: BuildOptions = {}): Promise<BuildResult> {
  throw new Error('in the works');
}
