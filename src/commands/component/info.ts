import { string } from '@oclif/core/args';
import { outputFlag, SlipwayCommand } from '../../command/index.ts';
import type { Component } from '../../stack/index.ts';

export default class ComponentInfo extends SlipwayCommand {
  static override summary = 'Show what a component is, needs and brings';
  static override examples = ['<%= config.bin %> component info serving'];
  static override args = { name: string({ description: 'name of the component', required: true, ignoreStdin: true }) };
  static override flags = outputFlag('text', 'json', 'yaml');

  async run() {
    const { args } = await this.parse(ComponentInfo);
    const { findComponent, readCatalogue } = await import('../../stack/index.ts');
    const component = findComponent(await readCatalogue(this.catalogue.files), args.name);
    await this.print('ComponentInfo', component, () => describe(component));
    return component;
  }
}

function describe(component: Component): string {
  const { upstream, budget, kubernetes } = component;
  const rows: [string, string | readonly string[]][] = [
    ['Upstream', `${upstream.repository} ${upstream.version} (${upstream.licence})`],
    ['Requires', component.requires],
    ['Provides', component.provides],
    ['Excludes', component.conflicts],
    ['Namespaces', component.namespaces],
    ['Requests', `cpu ${budget.cpu}, memory ${budget.memory}, storage ${budget.storage ?? '0'}`],
    ['Kubernetes', `${kubernetes.min} to ${kubernetes.max}`],
    ['User data', component.userData],
    ['Presets', component.presets],
    ['Images', component.images],
  ];
  const lines = rows.flatMap(([title, value]) => {
    const values = typeof value === 'string' ? [value] : value.length === 0 ? ['none'] : value;
    return values.map((text, index) => `  ${(index === 0 ? title : '').padEnd(12)}${text}`);
  });
  return `${component.title} (${component.name})\n${component.description}\n\n${lines.join('\n')}\n`;
}
