import { expect, test } from 'vitest';
import { memoryFiles } from '../../src/files.ts';
import { buildYaml } from '../../src/kustomize/index.ts';

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

test('a ConfigMap is named by its content, and followed', async () => {
  const output = await render({
    'kustomization.yaml': `resources: [web.yaml]
configMapGenerator:
- name: settings
  literals: [a=b, "c='d e'"]
  files: [conf.txt, renamed=conf.txt]
  envs: [e.env]
`,
    'web.yaml': deployment,
    'conf.txt': `line 1
line 2
`,
    'e.env': `# comment
X=1
  Y = z
EMPTY
`,
  });
  expect(output).toBe(`apiVersion: v1
data:
  EMPTY: ""
  X: "1"
  'Y ': ' z'
  a: b
  c: d e
  conf.txt: |
    line 1
    line 2
  renamed: |
    line 1
    line 2
kind: ConfigMap
metadata:
  name: settings-khd27cf4gh
---
apiVersion: apps/v1
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
            name: settings-khd27cf4gh
        image: nginx:1.0
        name: nginx
`);
});

test('a Secret is base64, in lines where it is long', async () => {
  const output = await render({
    'kustomization.yaml': `secretGenerator:
- name: s
  type: kubernetes.io/tls
  literals: [pw=s3cret, "long=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"]
`,
  });
  expect(output).toBe(`apiVersion: v1
data:
  long: |
    eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eH
    h4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4
  pw: czNjcmV0
kind: Secret
metadata:
  name: s-gh9bfc72hg
type: kubernetes.io/tls
`);
});

test('options hold for all generators, and give way to their own', async () => {
  const output = await render({
    'kustomization.yaml': `generatorOptions: {labels: {a: "1", b: "2"}, disableNameSuffixHash: true}
configMapGenerator:
- name: one
  literals: [x=y]
  options: {labels: {b: "3"}, immutable: true}
`,
  });
  expect(output).toBe(`apiVersion: v1
data:
  x: "y"
immutable: true
kind: ConfigMap
metadata:
  labels:
    a: "1"
    b: "3"
  name: one
`);
});

test('an overlay merges into a generated object', async () => {
  const output = await render({
    'base/kustomization.yaml': `configMapGenerator:
- name: cm
  literals: [a=1, b=2]
`,
    'kustomization.yaml': `namePrefix: p-
resources: [base]
configMapGenerator:
- name: cm
  behavior: merge
  literals: [b=3, c=4]
`,
  });
  expect(output).toBe(`apiVersion: v1
data:
  a: "1"
  b: "3"
  c: "4"
kind: ConfigMap
metadata:
  name: p-cm-fbcmkbc66h
`);
});

test('a service account without a project', async () => {
  const text = await render({
    'kustomization.yaml': 'generators: [g.yaml]\n',
    'g.yaml': `apiVersion: builtin
kind: IAMPolicyGenerator
metadata: {name: g}
cloud: gke
kubernetesService: {name: k}
serviceAccount: {name: a}
`,
  });
  expect(text).toContain('gcp-service-account: a@.iam.gserviceaccount.com\n');
});
