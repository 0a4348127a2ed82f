import path from 'node:path';
import { string } from '@oclif/core/args';
import { integer, option, string as text } from '@oclif/core/flags';
import { DailyCommand, outputFlag, placeFlags } from '../../command/index.ts';
import { UserError } from '../../errors.ts';
import type { DataFormat } from '../../workloads/index.ts';

export default class ServePredict extends DailyCommand {
  static override summary = 'Ask a served model for predictions';
  static override description =
    'Sends the data through a tunnel to the model: a JSON request as it is; a JSON list, lines of JSON or a CSV table ' +
    'as rows. -v prints the latency, --repeat and --concurrency measure it.';
  static override examples = [
    '<%= config.bin %> serve predict churn --data request.json',
    '<%= config.bin %> serve predict churn --data rows.csv --protocol v2',
    {
      description: 'A hundred requests, eight at a time',
      command: '<%= config.bin %> serve predict churn --data request.json --repeat 100 --concurrency 8',
    },
  ];
  static override args = { name: string({ description: 'its name', required: true, ignoreStdin: true }) };
  static override flags = {
    data: text({ helpValue: 'FILE|JSON', description: 'a file, JSON itself, or - for stdin', default: '-' }),
    protocol: option({ options: ['v1', 'v2'] as const })({
      description: 'protocol of the server; else that of the model or the data',
    }),
    model: text({ helpValue: 'NAME', description: 'name of the model in the server; else the name of the service' }),
    repeat: integer({ min: 1, description: 'send it this often and print percentiles' }),
    concurrency: integer({ min: 1, default: 1, description: 'requests at a time' }),
    ...placeFlags,
    ...outputFlag('text', 'json', 'ndjson', 'yaml'),
  };

  async run() {
    const { args, flags } = await this.parse(ServePredict);
    const daily = await import('../../daily/index.ts');
    const { predictionOf, stateOf } = await import('../../workloads/index.ts');
    const [data, format] = await this.dataOf(flags.data);
    const { cluster, namespace } = await this.reach(flags);
    const { signal } = this.context;
    const object = await daily.requireObject(
      cluster,
      'served model',
      daily.serveTargets,
      { namespace, name: args.name },
      { signal },
    );
    const state = stateOf(object);
    if (state.phase === 'failed') throw await this.failure(cluster, 'served model', object, false);
    const ofModel = daily.child(object['spec'], 'predictor', 'model')['protocolVersion'];
    const protocol = flags.protocol ?? (ofModel === 'v2' || ofModel === 'v1' ? ofModel : undefined);
    const request = predictionOf(flags.model ?? args.name, data, format, protocol);
    const finder = daily.podFinder(cluster, object, object.kind === 'Deployment' ? 8501 : 8080, signal);
    if ((await finder()) === undefined) {
      throw new UserError(
        'NOT_READY',
        `Cannot ask the model ${args.name}: no server of it is ready (${state.reason ?? state.phase})`,
        {
          suggestions: [`see why: slipway serve status ${args.name} -n ${namespace}`],
        },
      );
    }
    const tunnel = await daily.openTunnel(cluster, finder, { signal });
    const begun = performance.now();
    try {
      const answers = await daily.sendMany(tunnel.url, request, {
        repeat: flags.repeat ?? 1,
        concurrency: flags.concurrency,
        signal,
      });
      const refusal = answers
        .map((answer) => [answer.status, daily.refusalIn(answer)] as const)
        .find(([, said]) => said !== undefined);
      if (refusal !== undefined) {
        throw new UserError(
          'PREDICTION_REFUSED',
          `The model ${args.name} refused the request: ${refusal[1]} (HTTP ${refusal[0]})`,
          {
            suggestions: ['compare the shape and names of the inputs with what the model was trained on'],
          },
        );
      }
      await this.printAnswers(answers, performance.now() - begun, flags.repeat !== undefined);
      return answers;
    } finally {
      tunnel.close();
    }
  }

  /** The data and, where a file says it by its name, its format. */
  private async dataOf(flag: string): Promise<[string, DataFormat | undefined]> {
    if (/^\s*[[{]/.test(flag)) return [flag, 'json'];
    const bytes = await this.filesAndInput.read(flag);
    if (bytes === undefined)
      throw new UserError('FILE_MISSING', `Cannot read ${flag}: there is no such file`, { exit: 2 });
    const formats: Record<string, DataFormat> = {
      '.csv': 'csv',
      '.ndjson': 'ndjson',
      '.jsonl': 'ndjson',
      '.json': 'json',
    };
    return [new TextDecoder().decode(bytes), formats[path.extname(flag)]];
  }

  private async printAnswers(
    answers: readonly { body: string; milliseconds: number }[],
    total: number,
    measured: boolean,
  ) {
    const { percentile } = await import('../../daily/index.ts');
    const body = answers[0]?.body ?? '';
    const answer: unknown = parsed(body);
    const rate = (answers.length / total) * 1000;
    const full = answers.map((one) => ({ status: 200, ...one }));
    const latency = { p50: percentile(full, 0.5), p90: percentile(full, 0.9), p99: percentile(full, 0.99) };
    const measure = measured ? { requests: answers.length, perSecond: rate, milliseconds: latency } : {};
    await this.print(
      'Prediction',
      { answer, ...measure },
      () => `${typeof answer === 'string' ? body.trimEnd() : JSON.stringify(answer)}\n`,
    );
    const shown = (value: number) => `${value.toFixed(1)} ms`;
    if (measured)
      this.say(
        `${answers.length} requests, ${rate.toFixed(1)} a second; p50 ${shown(latency.p50)}, p90 ${shown(latency.p90)}, p99 ${shown(latency.p99)}`,
      );
    else if (this.argv.includes('-v') || this.argv.includes('--verbose'))
      this.say(`answered in ${shown(answers[0]?.milliseconds ?? 0)}`);
  }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
