import { outputFlag, SlipwayCommand } from '../../command/index.ts';
import type { Component, Stack } from '../../stack/index.ts';
import { formatTable } from '../../ui/index.ts';

export default class ComponentList extends SlipwayCommand {
  static override summary = 'List the components of the catalogue, and which of them this stack has';
  static override examples = [
    '<%= config.bin %> component list',
    { description: 'Names alone', command: "<%= config.bin %> component list -o json | jq -r '.components[].name'" },
  ];
  static override flags = outputFlag('text', 'json', 'ndjson', 'yaml');

  async run() {
    await this.parse(ComponentList);
    const { readCatalogue } = await import('../../stack/index.ts');
    const stack = await this.stackIfAny();
    const catalogue = await readCatalogue(this.catalogue.files);
    const components = catalogue.map((component) => rowOf(component, stack));
    const { width, paint } = this.screen.data;
    await this.print('ComponentList', { components }, () =>
      formatTable(
        components,
        [
          { title: 'NAME', text: (row) => row.name },
          { title: 'VERSION', text: (row) => row.version },
          { title: 'IN STACK', text: (row) => row.state },
          { title: 'WHAT IT IS', text: (row) => row.description },
        ],
        { width, heading: (text) => paint('bold', text) },
      )
        .map((line) => `${line}\n`)
        .join(''),
    );
    return components;
  }
}

function rowOf({ name, title, description, upstream, requires, presets }: Component, stack: Stack | undefined) {
  const choice = stack?.components.find((component) => component.name === name);
  const state = choice === undefined ? 'no' : (choice.provider ?? 'yes');
  return { name, title, description, version: upstream.version, requires, presets, state };
}
