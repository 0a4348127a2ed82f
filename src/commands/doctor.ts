import { clusterFlags, namespaceFlag, outputFlag, SlipwayCommand, sourceFlags, stackFlag } from '../command/index.ts';
import { whileWaiting } from '../ui/index.ts';

const colors = { fatal: 'red', warning: 'yellow', note: 'dim' } as const;

export default class Doctor extends SlipwayCommand {
  static override summary = 'Say whether an environment would work on its cluster, before anything is written';
  static override description =
    'Looks at the cluster and at everything the environment consists of: versions, storage, room, definitions and ' +
    'webhooks of others, what earlier tools left. All findings at once, each with its remedy. Ends with 1 if one is fatal.';
  static override examples = [
    { description: 'Would prod work?', command: '<%= config.bin %> doctor -e prod' },
    {
      description: 'Any kustomization, on any cluster',
      command: '<%= config.bin %> doctor -k path/to/directory --context kind-dev',
    },
  ];
  static override flags = {
    ...sourceFlags,
    ...stackFlag,
    ...clusterFlags,
    ...namespaceFlag,
    ...outputFlag('text', 'json', 'ndjson', 'yaml'),
  };

  async run() {
    const { flags } = await this.parse(Doctor);
    const source = await this.readSource(flags);
    const cluster = await this.connect(flags, source.environment);
    const { examine } = await import('../apply/index.ts');
    const { signal } = this.context;
    const namespace = flags.namespace === undefined ? {} : { namespace: flags.namespace };
    const examining = examine(cluster, source.resources, { signal, ...namespace });
    const findings = await whileWaiting(this.screen, `Examining ${cluster.name}`, examining);
    const { paint } = this.screen.data;
    await this.print('FindingList', { findings }, () =>
      findings
        .map(({ id, severity, message, remedy }) => {
          const advice = remedy === undefined ? '' : `  - ${remedy}\n`;
          return `${paint(colors[severity], severity)}  ${message} ${paint('dim', `(${id})`)}\n${advice}`;
        })
        .join(''),
    );
    if (findings.length === 0) this.say(`Nothing is in the way on ${cluster.name}`);
    this.exitCode = findings.some(({ severity }) => severity === 'fatal') ? 1 : 0;
    return findings;
  }
}
