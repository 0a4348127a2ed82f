import {
  applyFlags,
  executeOptions,
  localFlags,
  localOptions,
  outputFlag,
  planOptions,
  SlipwayCommand,
} from '../command/index.ts';
import { UserError } from '../errors.ts';
import type { LocalCluster } from '../local/index.ts';
import { describeCluster } from '../stack/index.ts';
import { whileWaiting } from '../ui/index.ts';

const environment = 'dev';

export default class Up extends SlipwayCommand {
  static override summary = 'From nothing to a running stack: cluster, files and all';
  static override description =
    'Starts the embedded cluster in the background, makes a stack in this directory if there is none, applies its ' +
    `environment ${environment} and waits until it works. What is there already stays; a second call changes nothing.\n\n` +
    'Pods on the embedded cluster are your own processes, without isolation. Images that cannot run here are simulated ' +
    'and marked so; slipway status says which.';
  static override examples = [
    '<%= config.bin %> up',
    { description: 'A cluster of its own for this stack', command: '<%= config.bin %> up --name churn' },
  ];
  static override flags = { ...localFlags, ...applyFlags, ...outputFlag('text', 'json', 'ndjson', 'yaml') };

  async run() {
    const { flags } = await this.parse(Up);
    const { up } = await import('../local/index.ts');
    await this.prepareStack(flags.name);
    const starting = up(flags.name, localOptions(this.context));
    const local = await whileWaiting(this.screen, 'Starting the embedded cluster', starting);
    const source = await this.readSource({ env: environment });
    const cluster = await this.connect({}, source.environment);
    const { execute, makePlan } = await import('../apply/index.ts');
    const { show } = await import('../ui/changes/index.ts');
    const options = await planOptions(this.context, {}, source);
    const plan = await makePlan(cluster, source.owner, source.resources, options);
    const running = execute(cluster, plan, { ...options, ...executeOptions(this.context, flags) });
    const result = await show(this.screen, running, {
      format: this.format,
      plan,
      signal: options.signal,
      wait: flags.wait,
    });
    this.exitCode = result.ok ? 0 : 1;
    if (result.ok) this.say(farewell(local));
    return result;
  }

  /** Makes the stack, or binds the environment of the one that is here; refuses one that is another cluster's. */
  private async prepareStack(name: string): Promise<void> {
    const { baseName, bindEnvironment, findEnvironment, initStack, readCatalogue } = await import('../stack/index.ts');
    const { files, cwd } = this.context;
    const binding = { provider: 'embedded', ...(name === 'default' ? {} : { name }) };
    const stack = await this.stackIfAny();
    if (stack === undefined) {
      const catalogue = await readCatalogue(this.catalogue.files);
      const components = catalogue
        .filter(({ presets }) => presets.includes('minimal'))
        .map((component) => component.name);
      await initStack(files, '.', this.catalogue, { name: baseName(cwd), components, dev: binding });
      this.say(`Made the stack ${baseName(cwd)} with ${components.join(', ')}`);
      return;
    }
    const dev = findEnvironment(stack, environment);
    if (dev.cluster === undefined) {
      await bindEnvironment(files, stack, environment, binding);
      this.say(`${environment} is now the embedded cluster ${name}`);
    } else if (dev.cluster.provider !== 'embedded' || (dev.cluster.name ?? 'default') !== name) {
      throw new UserError(
        'ENVIRONMENT_ELSEWHERE',
        `Refused to bring ${environment} up here: it is ${describeCluster(dev)}`,
        {
          exit: 4,
          suggestions: [`apply it there: slipway apply -e ${environment}`, 'or change its cluster in slipway.yaml'],
        },
      );
    }
  }
}

function farewell({ name, kubeconfig }: LocalCluster): string {
  const option = name === 'default' ? '' : ` --name ${name}`;
  const next = [
    [`status -e ${environment}`, 'what runs, and what is only simulated'],
    [`diff -e ${environment}`, `after a change of overlays/${environment}: what it would do`],
    [`apply -e ${environment}`, 'do it'],
    [`cluster down${option}`, 'stop the cluster and keep its data; up brings it back'],
    [`cluster delete${option}`, 'remove everything it ever wrote'],
  ] as const;
  const width = Math.max(...next.map(([words]) => words.length));
  return `
Next:
${next.map(([words, what]) => `  slipway ${words.padEnd(width)}  ${what}`).join('\n')}

With kubectl: export KUBECONFIG=${kubeconfig}`;
}
