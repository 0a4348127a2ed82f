import { expect, test } from 'vitest';
import { makeBed } from './bed.ts';

const server = (name: string, port: number) => `
apiVersion: v1
kind: Pod
metadata: { name: ${name}, labels: { app: greeter } }
spec:
  terminationGracePeriodSeconds: 1
  containers:
  - name: main
    image: host
    command: [${process.execPath}, -e]
    args: ["require('http').createServer((q, s) => s.end('${name}')).listen(${port}, process.env.POD_IP)"]
    ports: [{ name: web, containerPort: ${port} }]
    readinessProbe: { httpGet: { port: web }, periodSeconds: 1 }
`;

const service = `
apiVersion: v1
kind: Service
metadata: { name: greeter }
spec: { selector: { app: greeter }, ports: [{ name: http, port: 80, targetPort: web }] }
`;

const client = (name: string, script: string) => `
apiVersion: v1
kind: Pod
metadata: { name: ${name} }
spec:
  restartPolicy: Never
  containers: [{ name: main, image: host, command: [${process.execPath}, -e, ${JSON.stringify(script)}] }]
`;

test('two pods with one port answer a Service in turn, by its name and by its variables', async () => {
  await using bed = await makeBed({ controllers: true });
  await expect.poll(() => bed.create(service).catch(() => undefined)).toBeDefined();
  await expect.poll(() => bed.create(server('one', 8080)).catch(() => undefined)).toBeDefined();
  await bed.create(server('two', 8080));
  for (const name of ['one', 'two'])
    await bed.podWhen(name, ({ status }) => status.containerStatuses[0]?.ready === true);
  await expect
    .poll(async () => {
      const { items } = await bed.cluster.list({
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        namespace: 'default',
      });
      return items
        .flatMap((slice) => (slice['endpoints'] ?? []) as { conditions: { ready: boolean } }[])
        .filter((one) => one.conditions.ready).length;
    })
    .toBe(2);
  const ask = `
    const { GREETER_SERVICE_HOST: host, GREETER_SERVICE_PORT_HTTP: port } = process.env;
    const get = async (url) => (await fetch(url, { headers: { connection: 'close' } })).text();
    (async () => {
      const answers = new Set();
      for (let i = 0; i < 6; i++) answers.add(await get('http://' + host + ':' + port));
      console.log([...answers].sort().join());
      console.log(await get('http://greeter.default.svc:' + port), await get('http://greeter:' + port));
    })();`;
  await bed.create(client('asker', ask));
  await bed.podWhen('asker', ({ status }) => status.phase === 'Succeeded' || status.phase === 'Failed');
  expect(await bed.logs('asker')).toMatch(/^one,two\n(one|two) (one|two)\n$/);
});
