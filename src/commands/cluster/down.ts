import { localFlags, localOptions, outputFlag, SlipwayCommand } from '../../command/index.ts';

export default class ClusterDown extends SlipwayCommand {
  static override summary = "Stop a local cluster's processes, and keep its data";
  static override examples = ['<%= config.bin %> cluster down'];
  static override flags = { ...localFlags, ...outputFlag('text', 'json', 'yaml') };

  async run() {
    const { flags } = await this.parse(ClusterDown);
    const { down } = await import('../../local/index.ts');
    const { whileWaiting } = await import('../../ui/index.ts');
    const stopping = down(flags.name, localOptions(this.context));
    const stopped = await whileWaiting(this.screen, `Stopping ${flags.name}`, stopping);
    await this.print('ClusterDown', { name: flags.name, stopped }, () => '');
    this.say(
      stopped ? `The cluster ${flags.name} is stopped; its data stays` : `The cluster ${flags.name} did not run`,
    );
    return { name: flags.name, stopped };
  }
}
