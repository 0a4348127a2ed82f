import type { Resource } from '../../resource/index.ts';
import { inferenceService } from './inference-service.ts';
import type { ServeSpec } from './spec.ts';
import { tensorflowServer } from './tf-serving.ts';

/** What a model is served by. */
export function serve(spec: ServeSpec): Resource[] {
  return spec.engine === 'kserve' ? [inferenceService(spec)] : tensorflowServer(spec);
}
