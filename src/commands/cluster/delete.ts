import { boolean } from '@oclif/core/flags';
import { localFlags, localOptions, outputFlag, SlipwayCommand } from '../../command/index.ts';
import { UserError } from '../../errors.ts';
import { confirm } from '../../ui/index.ts';

export default class ClusterDelete extends SlipwayCommand {
  static override summary = 'Stop a local cluster and remove everything it ever wrote';
  static override description =
    'All of it lies in one directory of your data home, which goes; nothing else is touched.';
  static override examples = [
    '<%= config.bin %> cluster delete',
    '<%= config.bin %> cluster delete --name scratch --yes',
  ];
  static override flags = {
    ...localFlags,
    yes: boolean({ char: 'y', description: 'delete it without asking' }),
    ...outputFlag('text', 'json', 'yaml'),
  };

  async run() {
    const { flags } = await this.parse(ClusterDelete);
    const { remove, status } = await import('../../local/index.ts');
    const options = localOptions(this.context);
    const { directory } = await status(flags.name, options);
    if (!flags.yes) await this.confirmLoss(flags.name, directory);
    const removed = await remove(flags.name, options);
    await this.print('ClusterDelete', { name: flags.name, removed }, () => '');
    this.say(
      removed ? `The cluster ${flags.name} is gone: ${directory} was removed` : `There is no cluster ${flags.name}`,
    );
    return { name: flags.name, removed };
  }

  private async confirmLoss(name: string, directory: string): Promise<void> {
    const question = `Delete the cluster ${name} with everything in it (${directory})?`;
    if (await confirm(this.screen, question, this.asking('--yes'))) return;
    throw new UserError('DECLINED', `Left the cluster ${name} as it was: the answer was no`, { exit: 1 });
  }
}
