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

test('namespace moves objects, and leaves cluster-scoped ones where they are', async () => {
  const output = await render({
    'kustomization.yaml': `namespace: prod
resources: [all.yaml]
`,
    'all.yaml': `apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector:
    app: web
  ports:
  - port: 80
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: b
subjects:
- kind: ServiceAccount
  name: default
  namespace: old
- kind: ServiceAccount
  name: other
  namespace: old
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: r
---
apiVersion: v1
kind: Namespace
metadata:
  name: x
`,
  });
  expect(output).toBe(`apiVersion: v1
kind: Namespace
metadata:
  name: prod
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: b
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: r
subjects:
- kind: ServiceAccount
  name: default
  namespace: prod
- kind: ServiceAccount
  name: other
  namespace: old
---
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: prod
spec:
  ports:
  - port: 80
  selector:
    app: web
`);
});

test('namePrefix and nameSuffix rename objects and what refers to them', async () => {
  const output = await render({
    'kustomization.yaml': `namePrefix: a-
nameSuffix: -z
resources: [web.yaml, cm.yaml]
`,
    'web.yaml': deployment,
    'cm.yaml': `apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
data:
  k: v
`,
  });
  expect(output).toBe(`apiVersion: v1
data:
  k: v
kind: ConfigMap
metadata:
  name: a-settings-z
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: a-web-z
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
            name: a-settings-z
        image: nginx:1.0
        name: nginx
`);
});

test('labels go to metadata alone, unless selectors or templates are asked for', async () => {
  const output = await render({
    'kustomization.yaml': `resources: [web.yaml]
labels:
- pairs: {only: here}
- pairs: {team: "1"}
  includeTemplates: true
- pairs: {part: of}
  includeSelectors: true
`,
    'web.yaml': deployment,
  });
  expect(output).toBe(`apiVersion: apps/v1
kind: Deployment
metadata:
  labels:
    only: here
    part: of
    team: "1"
  name: web
spec:
  replicas: 1
  selector:
    matchLabels:
      app: web
      part: of
  template:
    metadata:
      labels:
        app: web
        part: of
        team: "1"
    spec:
      containers:
      - envFrom:
        - configMapRef:
            name: settings
        image: nginx:1.0
        name: nginx
`);
});

test('commonAnnotations are strings, in templates too', async () => {
  const output = await render({
    'kustomization.yaml': `commonAnnotations: {note: "010"}
resources: [web.yaml]
`,
    'web.yaml': deployment,
  });
  expect(output).toBe(`apiVersion: apps/v1
kind: Deployment
metadata:
  annotations:
    note: "010"
  name: web
spec:
  replicas: 1
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      annotations:
        note: "010"
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

test('images change name, tag and digest wherever there are containers', async () => {
  const output = await render({
    'kustomization.yaml': `images:
- {name: nginx, newName: registry/nginx, newTag: "2"}
- {name: sidecar, digest: sha256:24a0c4b4}
resources: [x.yaml]
`,
    'x.yaml': `apiVersion: example.com/v1
kind: Thing
metadata:
  name: t
spec:
  deep:
    containers:
    - image: nginx:1
    - image: sidecar
    - image: nginx-other:1
`,
  });
  expect(output).toBe(`apiVersion: example.com/v1
kind: Thing
metadata:
  name: t
spec:
  deep:
    containers:
    - image: registry/nginx:2
    - image: sidecar@sha256:24a0c4b4
    - image: nginx-other:1
`);
});

test('replicas are set by name', async () => {
  const output = await render({
    'kustomization.yaml': `replicas: [{name: web, count: 0}]
resources: [web.yaml]
`,
    'web.yaml': deployment,
  });
  expect(output).toBe(`apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 0
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

test('vars stand in the fields of the table alone', async () => {
  const output = await render({
    'kustomization.yaml': `resources: [web.yaml, svc.yaml]
vars:
- name: PORT
  objref: {apiVersion: v1, kind: Service, name: web}
  fieldref: {fieldPath: "spec.ports[0].port"}
`,
    'svc.yaml': service,
    'web.yaml': `apiVersion: apps/v1
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
        image: nginx:$(PORT)
        args: ["$(PORT)", "--p=$(PORT)", "$$(PORT)"]
        envFrom:
        - configMapRef:
            name: settings
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
    app: web
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
      - args:
        - 80
        - --p=80
        - $(PORT)
        envFrom:
        - configMapRef:
            name: settings
        image: nginx:$(PORT)
        name: nginx
`);
});
