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

test('a strategic merge patch merges containers by name and lists without keys not at all', async () => {
  const output = await render({
    'kustomization.yaml': `resources: [web.yaml]
patches: [{path: p.yaml}]
`,
    'web.yaml': deployment,
    'p.yaml': `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: null
  template:
    spec:
      containers:
      - name: side
        image: side
      - name: nginx
        args: [a]
`,
  });
  expect(output).toBe(`apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
      - image: side
        name: side
      - args:
        - a
        envFrom:
        - configMapRef:
            name: settings
        image: nginx:1.0
        name: nginx
`);
});

test('$patch deletes and replaces', async () => {
  const output = await render({
    'kustomization.yaml': `resources: [web.yaml]
patches:
- patch: |-
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      selector: {$patch: replace, matchLabels: {b: c}}
      template:
        spec:
          containers:
          - {$patch: delete, name: nginx}
          - {name: new, image: new}
`,
    'web.yaml': deployment,
  });
  expect(output).toBe(`apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 1
  selector:
    matchLabels:
      b: c
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
      - image: new
        name: new
`);
});

test('a JSON patch works on pointers with escapes', async () => {
  const output = await render({
    'kustomization.yaml': `resources: [web.yaml]
patches:
- target: {kind: Deployment, name: w.b}
  patch: |-
    - {op: add, path: /metadata/annotations/a~1b, value: "1"}
    - {op: replace, path: /spec/replicas, value: 5}
    - {op: remove, path: /spec/template/metadata}
    - {op: add, path: /spec/template/spec/containers/-, value: {name: x}}
    - {op: copy, from: /metadata/name, path: /spec/copied}
`,
    'web.yaml': deployment,
  });
  expect(output).toBe(`apiVersion: apps/v1
kind: Deployment
metadata:
  annotations:
    a/b: "1"
  name: web
spec:
  copied: web
  replicas: 5
  selector:
    matchLabels:
      app: web
  template:
    spec:
      containers:
      - envFrom:
        - configMapRef:
            name: settings
        image: nginx:1.0
        name: nginx
      - name: x
`);
});

test('a target selects by group, kind, label and annotation', async () => {
  const output = await render({
    'kustomization.yaml': `resources: [all.yaml]
patches:
- target: {group: apps, labelSelector: "a in (b,c),!x"}
  patch: |-
    apiVersion: v1
    kind: Any
    metadata: {name: any, labels: {hit: "yes"}}
`,
    'all.yaml': `apiVersion: apps/v1
kind: Thing
metadata:
  name: n0
  labels: {a: b}

---
apiVersion: apps/v1
kind: Thing
metadata:
  name: n1
  labels: {a: c}

---
apiVersion: apps/v1
kind: Thing
metadata:
  name: n2
  labels: {a: d}

---
apiVersion: apps/v1
kind: Thing
metadata:
  name: n3
  labels: {a: b, x: y}
`,
  });
  expect(output).toBe(`apiVersion: apps/v1
kind: Thing
metadata:
  labels:
    a: b
    hit: "yes"
  name: n0
---
apiVersion: apps/v1
kind: Thing
metadata:
  labels:
    a: c
    hit: "yes"
  name: n1
---
apiVersion: apps/v1
kind: Thing
metadata:
  labels:
    a: d
  name: n2
---
apiVersion: apps/v1
kind: Thing
metadata:
  labels:
    a: b
    x: "y"
  name: n3
`);
});

test('a patch may remove the whole object', async () => {
  const output = await render({
    'kustomization.yaml': `resources: [web.yaml, svc.yaml]
patches:
- patch: "{apiVersion: v1, kind: Service, metadata: {name: web}, $patch: delete}"
`,
    'web.yaml': deployment,
    'svc.yaml': service,
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
`);
});

test('ports are the same where port number and protocol are', async () => {
  const output = await render({
    'kustomization.yaml': `resources: [svc.yaml]
patches:
- patch: |-
    apiVersion: v1
    kind: Service
    metadata: {name: web}
    spec:
      ports: [{port: 80, targetPort: 8080}, {port: 443, protocol: TCP}]
`,
    'svc.yaml': service,
  });
  expect(output).toBe(`apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  ports:
  - port: 443
    protocol: TCP
  - port: 80
    targetPort: 8080
  selector:
    app: web
`);
});
