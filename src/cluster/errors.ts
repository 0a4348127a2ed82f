import { UserError, type UserErrorOptions } from '../errors.ts';

export interface FieldCause {
  /** A JSON path of the object, such as `spec.replicas`. */
  field?: string;
  reason?: string;
  message?: string;
}

/** An answer of the API server that is not a success, or no answer at all (`status` 0). */
export class ClusterError extends UserError {
  override readonly name = 'ClusterError';
  /** The HTTP status; 0 where there was no answer. */
  readonly status: number;
  /** `reason` of the server's Status: `NotFound`, `AlreadyExists`, `Conflict`, `Invalid`, `Forbidden`, `Expired` … */
  readonly reason: string;
  readonly causes: readonly FieldCause[];
  /** From the `Retry-After` header or `details.retryAfterSeconds`. */
  readonly retryAfterSeconds: number | undefined;
  /** The server's own words, where they are to be passed on unchanged. */
  readonly said: string;

  constructor(
    code: string,
    message: string,
    answer: {
      status: number;
      reason: string;
      causes?: readonly FieldCause[];
      retryAfterSeconds?: number | undefined;
      said?: string;
    },
    options: UserErrorOptions = {},
  ) {
    super(code, message, options);
    this.status = answer.status;
    this.reason = answer.reason;
    this.causes = answer.causes ?? [];
    this.retryAfterSeconds = answer.retryAfterSeconds;
    this.said = answer.said ?? '';
  }
}
