import { DailyCommand } from './daily.ts';

/** The names that exist in the cluster of this directory, for shell completion; none where it cannot be asked. */
export class LiveNames extends DailyCommand {
  topic = '';
  names: string[] = [];

  async run(): Promise<void> {
    // Completion never fails: where nothing is known it has nothing to offer.
    this.names = await this.list().catch(() => []);
  }

  private async list(): Promise<string[]> {
    const { listAll, notebookTargets, readRecords, serveTargets, trainingTargets } = await import('../daily/index.ts');
    const { cluster, namespace } = await this.reach({});
    const call = { signal: AbortSignal.any([this.context.signal, AbortSignal.timeout(patience)]) };
    if (this.topic === 'runs')
      return (await readRecords(cluster, namespace, call)).flatMap(({ id, name }) => [name, id]);
    const claims = [{ apiVersion: 'v1', kind: 'PersistentVolumeClaim' }];
    const topics = { notebook: notebookTargets, train: trainingTargets, serve: serveTargets, volume: claims };
    const targets = topics[this.topic as keyof typeof topics] ?? [];
    return (await listAll(cluster, targets, namespace, call)).map(({ metadata }) => metadata.name);
  }
}

/** Nobody waits longer for a word, in milliseconds. */
const patience = 1_500;
