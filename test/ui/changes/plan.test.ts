import { expect, test } from 'vitest';
import { formatPlan, planDocument } from '../../../src/ui/changes/plan.ts';
import { memoryScreen } from '../screen.ts';
import { change, planOf } from './plans.ts';

const piped = memoryScreen().data;
const training = { component: 'training' };

test('a plan is grouped by component, shows fields that differ and ends with the counts', () => {
  const plan = planOf([
    change('create', 'apiextensions.k8s.io/v1 CustomResourceDefinition trainjobs.trainer.kubeflow.org', training),
    change('update', 'apps/v1 Deployment kubeflow/trainer', {
      ...training,
      fields: [
        { path: 'spec.replicas', from: 1, to: 2 },
        { path: 'metadata.labels.team', to: 'ml' },
        { path: 'spec.paused', from: true },
      ],
    } as never),
    change('unchanged', 'v1 ConfigMap kubeflow/settings', training),
    change('replace', 'batch/v1 Job kubeflow/migrate', {
      component: 'pipelines',
      reason: 'spec.template is immutable',
      fields: [{ path: 'spec.template.spec.restartPolicy', from: 'Never', to: 'OnFailure' }],
    } as never),
    change('create', 'v1 ConfigMap default/loose'),
    change('delete', 'v1 Service kubeflow/old', { component: 'pipelines' }),
    change('keep', 'v1 Namespace team-a', { component: 'pipelines', reason: 'it has objects of others' }),
  ]);
  expect(formatPlan(plan, piped)).toBe(`\
training
  + CustomResourceDefinition trainjobs.trainer.kubeflow.org
  ~ Deployment kubeflow/trainer
      ~ spec.replicas: 1 → 2
      + metadata.labels.team: ml
      - spec.paused: true

pipelines
  ± Job kubeflow/migrate (deleted and created again: spec.template is immutable)
      ~ spec.template.spec.restartPolicy: Never → OnFailure
  - Service kubeflow/old
  = Namespace team-a (kept: it has objects of others)

other objects
  + ConfigMap default/loose

Plan: 2 to create, 1 to update, 1 to replace, 1 to delete, 1 kept, 1 unchanged.
`);
});

test('a plan without changes is one sentence', () => {
  const same = planOf([change('unchanged', 'v1 ConfigMap a/b'), change('unchanged', 'v1 ConfigMap a/c')]);
  expect(formatPlan(same, piped)).toBe('No changes: 2 objects as described.\n');
  expect(formatPlan(planOf([]), piped)).toBe('No changes: 0 objects as described.\n');
});

test('a plan that only writes the record of the stack says so', () => {
  const plan = planOf([change('unchanged', 'v1 ConfigMap a/b')], { empty: false });
  expect(formatPlan(plan, piped)).toBe(
    'Plan: only the record of this stack in the cluster is updated (1 unchanged).\n',
  );
});

test('an object whose server-side check has to wait says why', () => {
  const plan = planOf([
    change('create', 'kubeflow.org/v1 Notebook team-a/lab', { unverified: 'its definition is in this plan' } as never),
  ]);
  expect(formatPlan(plan, piped)).toBe(`\
objects
  + Notebook.kubeflow.org team-a/lab (not verified: its definition is in this plan)

Plan: 1 to create.
`);
});

test('in brief, many creates of a component become one line by kind', () => {
  const many = ['a', 'b', 'c', 'd', 'e'].map((name) => change('create', `v1 ConfigMap x/${name}`, training));
  const plan = planOf([
    change('create', 'v1 Namespace x', training),
    ...many,
    change('create', 'networking.k8s.io/v1 NetworkPolicy x/a', training),
    change('create', 'networking.k8s.io/v1 NetworkPolicy x/b', training),
    change('create', 'networking.k8s.io/v1 Ingress x/a', training),
    change('delete', 'v1 Secret x/old', training),
    change('keep', 'v1 PersistentVolumeClaim x/data', { ...training, reason: 'it holds data' }),
  ]);
  expect(formatPlan(plan, piped, { brief: true })).toBe(`\
training
  + Namespace x, 5 ConfigMaps, 2 NetworkPolicies, 1 Ingress
  - Secret x/old
  = PersistentVolumeClaim x/data (kept: it holds data)

Plan: 9 to create, 1 to delete, 1 kept.
`);
});

test('conflicts, objects of others and data at stake stand as tables that fit 80 columns', () => {
  const crd = change('delete', 'apiextensions.k8s.io/v1 CustomResourceDefinition notebooks.kubeflow.org');
  const claim = change('keep', 'v1 PersistentVolumeClaim team-a/workspace', { reason: 'it holds data' });
  const plan = planOf([crd, claim], {
    conflicts: [
      {
        id: { group: 'apps', kind: 'Deployment', namespace: 'kubeflow', name: 'trainer' },
        path: 'spec.replicas',
        manager: 'kubectl-scale',
        live: 4,
        wanted: 2,
      },
    ],
    foreign: [
      { id: { group: '', kind: 'ConfigMap', namespace: 'x', name: 'shared' }, holder: 'Helm', adoptable: true },
    ],
    losses: [
      { class: 'resources', id: crd.id, kind: 'Notebook', namespace: 'team-a', count: 2 },
      { class: 'volumes', id: claim.id, kind: 'PersistentVolumeClaim', namespace: 'team-a', count: 1, size: '10Gi' },
    ],
    warnings: [{ message: 'v1beta1 is deprecated', file: 'a.yaml', line: 3 }],
  });
  const text = formatPlan(plan, memoryScreen({ columns: 80 }).data);
  expect(text).toBe(`\
objects
  - CustomResourceDefinition notebooks.kubeflow.org
  = PersistentVolumeClaim team-a/workspace (kept: it holds data)

Fields that another manager holds
  OBJECT                       FIELD          HELD BY        NOW → WANTED
  Deployment kubeflow/trainer  spec.replicas  kubectl-scale  4 → 2

Objects that are here already and not of this stack
  OBJECT              MADE BY  ADOPTABLE
  ConfigMap x/shared  Helm     yes, with --adopt

Data that would be lost (--with-data resources)
  2 Notebook in team-a, with CustomResourceDefinition notebooks.kubeflow.org

Data that is kept (--with-data volumes)
  1 PersistentVolumeClaim in team-a, 10Gi

Warning: a.yaml:3: v1beta1 is deprecated

Plan: 1 to delete, 1 kept.
`);
});

test('the document of a plan has every change but no object, so no Secret', () => {
  const secret = change('update', 'v1 Secret kubeflow/login', {
    fields: [{ path: 'data.password', from: '(masked) a1b2c3', to: '(masked) d4e5f6' }],
  } as never);
  Object.assign((secret as { to: object }).to, { data: { password: 'aHVudGVyMg==' } });
  const text = JSON.stringify(planDocument(planOf([secret, change('unchanged', 'v1 ConfigMap a/b')])));
  expect(text).not.toContain('aHVudGVyMg==');
  expect(JSON.parse(text)).toEqual({
    metadata: { stack: 'churn', environment: 'dev' },
    for: 'apply',
    empty: false,
    counts: { create: 0, update: 1, replace: 0, delete: 0, keep: 0, unchanged: 1 },
    changes: [
      {
        op: 'update',
        id: { group: '', kind: 'Secret', namespace: 'kubeflow', name: 'login' },
        apiVersion: 'v1',
        fields: [{ path: 'data.password', from: '(masked) a1b2c3', to: '(masked) d4e5f6' }],
      },
    ],
    conflicts: [],
    foreign: [],
    losses: [],
    warnings: [],
  });
});

test('signs are coloured where colours are wanted', () => {
  const plan = planOf([change('create', 'v1 ConfigMap a/b', training)]);
  expect(formatPlan(plan, memoryScreen({ columns: 80, color: true }).data)).toBe(
    '\u001b[1mtraining\u001b[22m\n  \u001b[32m+\u001b[39m ConfigMap a/b\n\nPlan: 1 to create.\n',
  );
});
