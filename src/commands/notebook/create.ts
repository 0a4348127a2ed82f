import { string } from '@oclif/core/args';
import { string as text } from '@oclif/core/flags';
import {
  DailyCommand,
  makeFlags,
  outputFlag,
  overlay,
  podFlags,
  podMembers,
  said,
  waitFlags,
} from '../../command/index.ts';

export default class NotebookCreate extends DailyCommand {
  static override summary = 'Create a notebook server';
  static override description =
    'Makes a Notebook and the claim of its workspace, and waits until it answers. --image takes a preset ' +
    '(jupyter-scipy, jupyter-pytorch, jupyter-pytorch-cuda, jupyter-tensorflow, jupyter-tensorflow-cuda, rapids, ' +
    'kaggle-cpu, kaggle-gpu, vscode, rstudio) or any image that serves under NB_PREFIX.';
  static override examples = [
    { description: 'JupyterLab with SciPy', command: '<%= config.bin %> notebook create lab' },
    {
      description: 'With a GPU and data',
      command: '<%= config.bin %> notebook create lab --image jupyter-pytorch-cuda --volume data:/data:ro',
    },
    { description: 'What would be created', command: '<%= config.bin %> notebook create lab --dry-run -o yaml' },
  ];
  static override args = { name: string({ description: 'its name', required: true, ignoreStdin: true }) };
  static override flags = {
    ...podFlags,
    workspace: text({ helpValue: 'new|none|CLAIM', description: 'a new claim, none, or one that exists; default new' }),
    'workspace-size': text({ helpValue: 'QUANTITY', description: 'size of a new workspace; default 10Gi' }),
    'storage-class': text({ helpValue: 'NAME', description: 'storage class of a new workspace' }),
    configuration: text({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'NAME',
      description: 'a PodDefault that selects NAME: "true"',
    }),
    ...makeFlags,
    ...waitFlags,
    ...outputFlag('text', 'json', 'ndjson', 'yaml'),
  };

  async run() {
    const { args, flags } = await this.parse(NotebookCreate);
    const { notebook, notebookFile, readNotebook } = await import('../../workloads/index.ts');
    const file = await this.readSpecFile(notebookFile, flags.filename);
    const members = {
      ...podMembers(flags),
      ...said({ workspace: workspaceOf(flags), configurations: flags.configuration }),
      name: args.name,
    };
    const describe = (namespace: string) => readNotebook(overlay(file, { ...members, namespace }));
    if (flags['dry-run']) {
      const objects = notebook(describe(flags.namespace ?? 'default'));
      await this.printObjects(objects);
      return objects;
    }
    const { cluster, namespace } = await this.reach(flags);
    const spec = describe(namespace);
    const objects = notebook(spec);
    const made = await this.make(cluster, objects, objects.at(-1)!, {
      namespace,
      what: 'notebook',
      checkNodes: flags['check-nodes'],
    });
    await this.record(cluster, { verb: 'notebook', spec, object: made });
    if (flags.wait) await this.untilReady(cluster, made, 'notebook', flags.timeout);
    const path = `/notebook/${namespace}/${spec.name}/`;
    await this.print(
      'Notebook',
      { name: spec.name, namespace, path },
      () => `Notebook ${namespace}/${spec.name} is ${flags.wait ? 'ready' : 'created'}.\n`,
    );
    return made;
  }
}

function workspaceOf(flags: {
  workspace?: string | undefined;
  'workspace-size'?: string | undefined;
  'storage-class'?: string | undefined;
}) {
  const members = said({ size: flags['workspace-size'], storageClass: flags['storage-class'] });
  switch (flags.workspace) {
    case undefined:
      return Object.keys(members).length === 0 ? undefined : members;
    case 'new':
    case 'none':
      return { kind: flags.workspace, ...members };
    default:
      return { kind: 'existing', claim: flags.workspace, ...members };
  }
}
