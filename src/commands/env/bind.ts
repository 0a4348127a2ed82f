import { string } from '@oclif/core/args';
import { boolean } from '@oclif/core/flags';
import { clusterFlags, outputFlag, SlipwayCommand } from '../../command/index.ts';
import { UserError } from '../../errors.ts';
import { describeCluster, type Environment, type Identity } from '../../stack/index.ts';
import { confirm, select } from '../../ui/index.ts';

export default class EnvBind extends SlipwayCommand {
  static override summary = 'Say which cluster an environment is';
  static override description =
    'Writes the context and the UID of the namespace kube-system into slipway.yaml. From then on the environment refuses every other cluster, whatever the kubeconfig says.';
  static override examples = [
    '<%= config.bin %> env bind dev --context kind-dev',
    {
      description: 'The cluster was made anew, in a script',
      command: '<%= config.bin %> env bind dev --context kind-dev --yes',
    },
  ];
  static override args = { env: string({ description: 'name of the environment', required: true, ignoreStdin: true }) };
  static override flags = {
    ...clusterFlags,
    yes: boolean({ char: 'y', description: 'bind it anew without asking' }),
    ...outputFlag('text', 'json', 'yaml'),
  };

  async run() {
    const { args, flags } = await this.parse(EnvBind);
    const { bindEnvironment, findEnvironment, loadStack } = await import('../../stack/index.ts');
    const stack = await loadStack(this.context.files, '.');
    const environment = findEnvironment(stack, args.env);
    const context = flags.context ?? (await this.askContext(environment, flags.kubeconfig));
    const found = await this.identityOf(await this.connect({ ...flags, context }));
    const isSame = environment.cluster?.uid === found.uid && environment.cluster.context === found.context;
    if (!isSame) {
      if (!flags.yes) await this.confirmRebinding(environment, found);
      await bindEnvironment(this.context.files, stack, environment.name, found);
    }
    const result = { environment: environment.name, cluster: found, changed: !isSame };
    await this.print('EnvironmentBind', result, () => '');
    this.say(`${environment.name} ${isSame ? 'was' : 'is now'} bound to ${found.context} (${found.uid})`);
    return result;
  }

  private async askContext(environment: Environment, kubeconfig: string | undefined): Promise<string | undefined> {
    const contexts = await this.context.contexts(kubeconfig);
    // Nothing to choose from: connecting says why.
    if (contexts.length === 0 && this.screen.isInteractive) return undefined;
    const choices = contexts.map((name) => ({ value: name, name }));
    return select(this.screen, `Which cluster is ${environment.name}?`, choices, this.asking('--context'));
  }

  private async confirmRebinding(environment: Environment, found: Identity): Promise<void> {
    if (environment.cluster === undefined) return;
    const question = `${environment.name} is bound to ${describeCluster(environment)}. Bind it to ${found.context} (${found.uid})?`;
    if (await confirm(this.screen, question, this.asking('--yes'))) return;
    throw new UserError('DECLINED', `Left ${environment.name} as it was: the answer was no`, { exit: 1 });
  }
}
