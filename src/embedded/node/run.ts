/** One run of a container's program, or what stands for it. */
export interface Run {
  /** `slipway://ID`, new for each run. */
  readonly id: string;
  readonly imageID: string;
  readonly exited: Promise<Exit>;
  /** The leader of its process group; a simulated container has none. */
  readonly pid?: number;
  /** Why it could not be started at all; it has ended then. */
  readonly failure?: string;
  kill(signal: 'SIGTERM' | 'SIGKILL'): void;
}

export interface Exit {
  /** As a container runtime counts: 128 + N where signal N ended the program. */
  exitCode: number;
  signal?: number;
  /** Where the plain `Completed` or `Error` does not say it all: `OOMKilled`, `StartError`. */
  reason?: string;
  /** What the program left in its termination message file. */
  message?: string;
}

/** A container that cannot be started now; the reason is what `kubectl get pods` shows. */
export class CannotStart extends Error {
  readonly reason: 'CreateContainerConfigError' | 'CreateContainerError' | 'ErrImagePull' | 'InvalidImageName';

  constructor(reason: CannotStart['reason'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
