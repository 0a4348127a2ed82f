import type { JsonObject } from '../../resource/index.ts';
import type { Environment } from './kubeconfig.ts';

/** What credentials are made from: entries of a kubeconfig as they stand there. */
export interface CredentialSource {
  context: string;
  cluster: JsonObject;
  user: JsonObject;
  env: Environment;
}
