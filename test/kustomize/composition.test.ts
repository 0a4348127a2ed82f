import { expect, test } from 'vitest';
import { memoryFiles } from '../../src/files.ts';
import { build, buildYaml } from '../../src/kustomize/index.ts';
import { printYaml } from '../../src/resource/index.ts';

/* Expected outputs are what `kubectl kustomize` 1.36.3 (Kustomize 5.8.1) prints. */

async function render(input: Record<string, string>): Promise<string> {
  return (await buildYaml(memoryFiles(input), '.')).yaml;
}

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 1
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
      - name: nginx
        image: nginx:1.0
        envFrom:
        - configMapRef:
            name: settings
`;

const service = `apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector:
    app: web
  ports:
  - port: 80
`;

test('components change what their parent gathered', async () => {
  const output = await render({
    'base/kustomization.yaml': `resources: [web.yaml]
`,
    'base/web.yaml': deployment,
    'comp/kustomization.yaml': `apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
resources: [svc.yaml]
replicas: [{name: web, count: 4}]
`,
    'comp/svc.yaml': service,
    'kustomization.yaml': `resources: [base]
components: [comp/]
namePrefix: x-
`,
  });
  expect(output).toBe(`apiVersion: v1
kind: Service
metadata:
  name: x-web
spec:
  ports:
  - port: 80
  selector:
    app: web
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: x-web
spec:
  replicas: 4
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
      - envFrom:
        - configMapRef:
            name: settings
        image: nginx:1.0
        name: nginx
`);
});

test('replacements copy a field into others', async () => {
  const output = await render({
    'kustomization.yaml': `resources: [web.yaml, svc.yaml]
replacements:
- source: {kind: Service, name: web, fieldPath: "spec.ports.0.port"}
  targets:
  - select: {kind: Deployment}
    fieldPaths: ["spec.template.spec.containers.[name=nginx].env.[name=PORT].value", "metadata.annotations.[a.b/port]"]
    options: {create: true}
  - select: {kind: Deployment}
    fieldPaths: [spec.template.spec.containers.0.image]
    options: {delimiter: ":", index: 1}
`,
    'web.yaml': deployment,
    'svc.yaml': service,
  });
  expect(output).toBe(`apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  ports:
  - port: 80
  selector:
    app: web
---
apiVersion: apps/v1
kind: Deployment
metadata:
  annotations:
    a.b/port: "80"
  name: web
spec:
  replicas: 1
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
      - env:
        - name: PORT
          value: 80
        envFrom:
        - configMapRef:
            name: settings
        image: nginx:80
        name: nginx
`);
});

test('the order is by kind, unless it is first in, first out', async () => {
  const output = await render({
    'kustomization.yaml': `sortOptions: {order: fifo}
resources: [web.yaml, svc.yaml, ns.yaml]
`,
    'web.yaml': deployment,
    'svc.yaml': service,
    'ns.yaml': `apiVersion: v1
kind: Namespace
metadata:
  name: n
`,
  });
  expect(output).toBe(`apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 1
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
      - envFrom:
        - configMapRef:
            name: settings
        image: nginx:1.0
        name: nginx
---
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  ports:
  - port: 80
  selector:
    app: web
---
apiVersion: v1
kind: Namespace
metadata:
  name: "n"
`);
});

test('buildMetadata says where objects come from and what changed them', async () => {
  const output = await render({
    'base/kustomization.yaml': `resources: [svc.yaml]
`,
    'base/svc.yaml': service,
    'kustomization.yaml': `buildMetadata: [originAnnotations, transformerAnnotations, managedByLabel]
resources: [base]
namespace: team
configMapGenerator:
- name: cm
  literals: [a=b]
`,
  });
  expect(output).toBe(`apiVersion: v1
data:
  a: b
kind: ConfigMap
metadata:
  annotations:
    alpha.config.kubernetes.io/transformations: |
      - configuredIn: kustomization.yaml
        configuredBy:
          apiVersion: builtin
          kind: NamespaceTransformer
    config.kubernetes.io/origin: |
      configuredIn: kustomization.yaml
      configuredBy:
        apiVersion: builtin
        kind: ConfigMapGenerator
  labels:
    app.kubernetes.io/managed-by: kustomize-v5.8.1
  name: cm-4h2mbtbbt6
  namespace: team
---
apiVersion: v1
kind: Service
metadata:
  annotations:
    alpha.config.kubernetes.io/transformations: |
      - configuredIn: kustomization.yaml
        configuredBy:
          apiVersion: builtin
          kind: NamespaceTransformer
    config.kubernetes.io/origin: |
      path: base/svc.yaml
  labels:
    app.kubernetes.io/managed-by: kustomize-v5.8.1
  name: web
  namespace: team
spec:
  ports:
  - port: 80
  selector:
    app: web
`);
});

test('objects for the build alone are left out at the end', async () => {
  const output = await render({
    'kustomization.yaml': `resources: [x.yaml]
replacements:
- source: {kind: ConfigMap, fieldPath: data.v}
  targets: [{select: {kind: Service}, fieldPaths: [spec.selector.app]}]
`,
    'x.yaml': `apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector:
    app: web
  ports:
  - port: 80
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: values
  annotations: {config.kubernetes.io/local-config: "true"}
data:
  v: chosen
`,
  });
  expect(output).toBe(`apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  ports:
  - port: 80
  selector:
    app: chosen
`);
});

test('lists are unpacked', async () => {
  const output = await render({
    'kustomization.yaml': `resources: [l.yaml]
`,
    'l.yaml': `apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: b}
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: a}
`,
  });
  expect(output).toBe(`apiVersion: v1
kind: ConfigMap
metadata:
  name: a
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: b
`);
});

test('comments of YAML in a string stay where a field of it is replaced', async () => {
  const text = `# of the file

# of the server
server: # beside
  # of the host
  host: old   # beside it

  # of the port
  port: 80
  # below the port

  tls: {a: 1} # flow
list:
  # first
  - a # one
  - b: |  # block
      # text
  # of c
  - c: # deep
      d: 1

# at the end
`;
  const files = memoryFiles({
    'kustomization.yaml': `resources: [x.yaml]
replacements:
- source: {kind: ConfigMap, fieldPath: metadata.name}
  targets:
  - select: {kind: ConfigMap}
    fieldPaths: ['data.c\\.yaml.server.host']
`,
    'x.yaml': printYaml({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' }, data: { 'c.yaml': text } }),
  });
  const { resources } = await build(files, '.');
  // As kubectl 1.36.3 prints it.
  expect(resources[0]?.['data']).toEqual({
    'c.yaml': `# of the file

# of the server
server: # beside
  # of the host
  host: x # beside it
  # of the port
  port: 80
  # below the port

  tls: {a: 1} # flow
list:
# first
- a # one
- b: | # block
    # text
# of c
- c: # deep
    d: 1

# at the end`,
  });
});
