import { string } from '@oclif/core/args';
import { boolean, integer } from '@oclif/core/flags';
import type { Cluster } from '../../cluster/index.ts';
import { DailyCommand, outputFlag, placeFlags } from '../../command/index.ts';
import { UserError } from '../../errors.ts';
import type { Resource } from '../../resource/index.ts';

export default class NotebookOpen extends DailyCommand {
  static override summary = 'Open a notebook server in the browser, through a tunnel';
  static override description = 'Holds the tunnel until Ctrl-C, and makes it again when the server restarts.';
  static override examples = [
    '<%= config.bin %> notebook open lab',
    '<%= config.bin %> notebook open lab --no-browser --port 8888',
  ];
  static override args = { name: string({ description: 'its name', required: true, ignoreStdin: true }) };
  static override flags = {
    port: integer({ min: 1, max: 65535, description: 'port on this machine; else a free one' }),
    browser: boolean({ default: true, allowNo: true, description: 'start the browser' }),
    ...placeFlags,
    ...outputFlag('text', 'json'),
  };

  async run() {
    const { args, flags } = await this.parse(NotebookOpen);
    const daily = await import('../../daily/index.ts');
    const { stateOf } = await import('../../workloads/index.ts');
    const { cluster, namespace } = await this.reach(flags);
    const { signal, run } = this.context;
    const object = await daily.requireObject(
      cluster,
      'notebook',
      daily.notebookTargets,
      { namespace, name: args.name },
      { signal },
    );
    const { phase } = stateOf(object);
    if (phase === 'stopped' || phase === 'stopping') {
      throw new UserError('NOTEBOOK_STOPPED', `Cannot open the notebook ${args.name}: it is stopped`, {
        suggestions: [`start it: slipway notebook start ${args.name} -n ${namespace}`],
      });
    }
    if (phase !== 'ready') await this.untilReady(cluster, object, 'notebook', undefined);
    const tunnel = await daily.openTunnel(cluster, daily.podFinder(cluster, object, 8888, signal), {
      signal,
      port: flags.port,
      onState: ({ open, reason }) => this.say(open ? 'connected again' : `not connected: ${reason}`),
    });
    const isRewritten = object.metadata.annotations?.['notebooks.kubeflow.org/http-rewrite-uri'] === '/';
    const url = `${tunnel.url}${isRewritten ? '/' : `/notebook/${namespace}/${args.name}/`}${await this.tokenOf(cluster, object)}`;
    await this.print('Notebook', { name: args.name, namespace, url }, () => `${url}\n`);
    this.say('The tunnel is open until Ctrl-C; the notebook goes on after it.');
    if (flags.browser && this.screen.isInteractive) {
      const [program, ...words] = opener();
      const started = await run(program as string, [...words, url], { signal, timeout: 10_000 });
      if (started.exitCode !== 0) this.say('No browser could be started: open the address by hand.');
    }
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    tunnel.close();
  }

  /** Jupyter prints its address with the token where it has one. */
  private async tokenOf(cluster: Cluster, object: Resource): Promise<string> {
    const { mainContainer, podsOf, readLog } = await import('../../daily/index.ts');
    const { signal } = this.context;
    const pod = (await podsOf(cluster, object, signal)).at(-1);
    if (pod === undefined) return '';
    try {
      let token = '';
      const container = mainContainer(pod, object.metadata.name);
      for await (const line of readLog(cluster, pod, { signal, tail: 500, container })) {
        token = /[?&](token=[A-Za-z0-9]+)/.exec(line)?.[1] ?? token;
      }
      return token === '' ? '' : `?${token}`;
    } catch (error) {
      if (error instanceof UserError && !signal.aborted) return '';
      throw error;
    }
  }
}

function opener(): string[] {
  switch (process.platform) {
    case 'darwin':
      return ['open'];
    case 'win32':
      return ['cmd', '/c', 'start', ''];
    default:
      return ['xdg-open'];
  }
}
