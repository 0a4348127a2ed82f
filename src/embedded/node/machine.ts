import { statfs } from 'node:fs/promises';
import os from 'node:os';
import type { JsonObject } from '../../resource/index.ts';

/** What this machine has, as `status` of a Node. */
export async function machineStatus(directory: string): Promise<JsonObject> {
  const disk = await statfs(directory);
  const kibibytes = (bytes: number) => `${Math.floor(bytes / 1024)}Ki`;
  const capacity = {
    cpu: String(os.availableParallelism()),
    memory: kibibytes(os.totalmem()),
    'ephemeral-storage': kibibytes(disk.blocks * disk.bsize),
    pods: '250',
  };
  return {
    capacity,
    allocatable: capacity,
    nodeInfo: {
      machineID: '',
      systemUUID: '',
      bootID: '',
      kernelVersion: os.release(),
      osImage: `${os.type()} (${os.hostname()})`,
      containerRuntimeVersion: 'slipway://processes',
      kubeletVersion: 'v1.36.0-slipway',
      kubeProxyVersion: '',
      operatingSystem: process.platform === 'win32' ? 'windows' : process.platform,
      architecture: architecture(),
    },
  };
}

/** As Go names it, which is what node labels and image indexes use. */
export function architecture(): string {
  return process.arch === 'x64' ? 'amd64' : process.arch;
}
