import { string } from '@oclif/core/args';
import { editsFlag, outputFlag, SlipwayCommand } from '../../command/index.ts';

export default class ComponentRemove extends SlipwayCommand {
  static override summary = 'Take components out of the stack in this directory';
  static override description =
    'Refused while another component needs it. Nothing is removed from any cluster until `slipway apply`, and user data stays even then.';
  static override examples = ['<%= config.bin %> component remove serving'];
  static override args = {
    name: string({ description: 'names of components', required: true, multiple: true, ignoreStdin: true }),
  };
  static override flags = { ...editsFlag, ...outputFlag('text', 'json', 'yaml') };

  async run() {
    const { args, flags } = await this.parse(ComponentRemove);
    const { loadStack, removeComponents } = await import('../../stack/index.ts');
    const stack = await loadStack(this.context.files, '.');
    await removeComponents(this.context.files, stack, args.name, { acceptEdits: flags['accept-edits'] });
    await this.print('ComponentRemove', { removed: args.name }, () => '');
    this.say(`Removed ${args.name.join(', ')}\nSee what it changes: slipway diff -e ENV`);
    return args.name;
  }
}
