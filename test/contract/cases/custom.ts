import type { Case, Step } from '../contract.ts';

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const foos = '/apis/$ns.io/v1/namespaces/$ns/foos';
const merge = { type: 'application/merge-patch+json' };
const quiet = { quiet: true };
const schema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      required: ['size'],
      properties: {
        size: { type: 'integer', minimum: 1, maximum: 10 },
        color: { type: 'string', enum: ['red', 'green'], default: 'red' },
        name: { type: 'string', pattern: '^[a-z]+$', maxLength: 5 },
        replicas: { type: 'integer' },
        any: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        port: { 'x-kubernetes-int-or-string': true },
        list: { type: 'array', maxItems: 2, items: { type: 'string' } },
        tags: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
        parts: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['id'],
          items: {
            type: 'object',
            required: ['id'],
            properties: { id: { type: 'string' }, n: { type: 'integer', default: 1 } },
          },
        },
        nothing: { type: 'string', nullable: true },
        low: { type: 'integer' },
        high: { type: 'integer' },
      },
      'x-kubernetes-validations': [
        { rule: '!has(self.low) || !has(self.high) || self.low <= self.high', message: 'low must not be above high' },
        { rule: '!has(oldSelf.name) || has(self.name)', message: 'name is required once it is set' },
      ],
    },
    status: { type: 'object', properties: { replicas: { type: 'integer' }, phase: { type: 'string' } } },
  },
};
const definition = (version: object = {}, more: object = {}) => ({
  metadata: { name: 'foos.$ns.io' },
  spec: {
    group: '$ns.io',
    scope: 'Namespaced',
    names: { plural: 'foos', kind: 'Foo', shortNames: ['fo'], categories: ['all'] },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema }, ...version }],
    ...more,
  },
});
const both = {
  subresources: { status: {}, scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' } },
};
const established: Step = [
  'GET /apis/apiextensions.k8s.io/v1/customresourcedefinitions?watch=1&timeoutSeconds=1&fieldSelector=metadata.name%3Dfoos.$ns.io',
  undefined,
  quiet,
];
const define = (version: object = {}, more: object = {}): Step[] => [
  [`POST ${definitions}`, definition(version, more), quiet],
  established,
];
const foo = (spec: object, more: object = {}) => ({
  apiVersion: '$ns.io/v1',
  kind: 'Foo',
  metadata: { name: 'x' },
  spec,
  ...more,
});
const post = (spec: object, query = ''): Step => [`POST ${foos}${query}`, foo(spec)];
const made: Step = [`POST ${foos}`, foo({ size: 1 }), quiet];
const refused = (says: string, spec: object): Case => ({ says, steps: [...define(), post(spec)] });

/** Custom kinds. */
export const custom: Case[] = [
  {
    says: 'a definition is created',
    steps: [[`POST ${definitions}`, definition()], established, [`GET ${definitions}/foos.$ns.io`]],
  },
  {
    says: 'a definition under a wrong name is refused',
    steps: [[`POST ${definitions}`, { ...definition(), metadata: { name: 'bars.$ns.io' } }]],
  },
  {
    says: 'a definition without a schema is refused',
    steps: [[`POST ${definitions}`, definition({ schema: undefined })]],
  },
  {
    says: 'a definition with a schema that is not structural is refused',
    steps: [[`POST ${definitions}`, definition({ schema: { openAPIV3Schema: { properties: { a: {} } } } })]],
  },
  {
    says: 'a definition without a stored version is refused',
    steps: [[`POST ${definitions}`, definition({ storage: false })]],
  },
  { says: 'a custom object', steps: [...define(), post({ size: 1 }), [`GET ${foos}/x`], [`GET ${foos}`]] },
  { says: 'a custom kind in discovery', steps: [...define(both), ['GET /apis/$ns.io'], ['GET /apis/$ns.io/v1']] },
  {
    says: 'a custom object without its version is refused',
    steps: [
      ...define(),
      [`POST ${foos}`, { kind: 'Foo', metadata: { name: 'x' } }],
      [`POST ${foos}`, { apiVersion: '$ns.io/v1', kind: 'Bar', metadata: { name: 'x' } }],
      [`POST ${foos}`, { apiVersion: '$ns.io/v2', kind: 'Foo', metadata: { name: 'x' } }],
    ],
  },
  refused('a missing field is refused', {}),
  refused('a value of a wrong type is refused', { size: 'one' }),
  refused('a value that is too small is refused', { size: 0 }),
  refused('a value that is too large is refused', { size: 11 }),
  refused('a value out of its list is refused', { size: 1, color: 'blue' }),
  refused('a value against its pattern is refused', { size: 1, name: 'ABC' }),
  refused('a value that is too long is refused', { size: 1, name: 'abcdef' }),
  refused('a list that is too long is refused', { size: 1, list: ['a', 'b', 'c'] }),
  refused('a set with the same twice is refused', { size: 1, tags: ['a', 'a'] }),
  refused('a list with the same key twice is refused', { size: 1, parts: [{ id: 'a' }, { id: 'a' }] }),
  refused('several things wrong are listed', { size: 0, color: 'blue' }),
  refused('a rule is kept', { size: 1, low: 2, high: 1 }),
  refused('null where nothing may be', { size: 1, name: null }),
  refused('null where it may be', { size: 1, nothing: null }),
  refused('defaults, also in lists', { size: 1, parts: [{ id: 'a' }, { id: 'b', n: 2 }] }),
  refused('numbers or text', { size: 1, port: 'http' }),
  refused('unknown fields are pruned and warned of', { size: 1, foo: 1 }),
  refused('unknown fields are kept where they may be', { size: 1, any: { foo: { bar: 1 } } }),
  {
    says: 'unknown fields are refused by a strict client',
    steps: [...define(), post({ size: 1, foo: 1 }, '?fieldValidation=Strict')],
  },
  {
    says: 'unknown fields are ignored on demand',
    steps: [...define(), post({ size: 1, foo: 1 }, '?fieldValidation=Ignore')],
  },
  {
    says: 'a rule about what was before',
    steps: [
      ...define(),
      [`POST ${foos}`, foo({ size: 1, name: 'a' }), quiet],
      [`PATCH ${foos}/x`, { spec: { name: null } }, merge],
    ],
  },
  { says: 'PUT of a custom object needs its version', steps: [...define(), made, [`PUT ${foos}/x`, foo({ size: 2 })]] },
  {
    says: 'the generation of a custom object',
    steps: [
      ...define(both),
      made,
      [`PATCH ${foos}/x`, { spec: { size: 2 } }, merge],
      [`PATCH ${foos}/x`, { metadata: { labels: { a: 'b' } } }, merge],
      [`PATCH ${foos}/x/status`, { status: { phase: 'p' } }, merge],
    ],
  },
  {
    says: 'without a status subresource everything is one',
    steps: [
      ...define(),
      [`POST ${foos}`, foo({ size: 1 }, { status: { phase: 'p' } })],
      [`PATCH ${foos}/x`, { status: { phase: 'q' } }, merge],
      [`PATCH ${foos}/x/status`, { status: { phase: 'r' } }, merge],
    ],
  },
  {
    says: 'with one each keeps to its own',
    steps: [
      ...define(both),
      [`POST ${foos}`, foo({ size: 1 }, { status: { phase: 'p' } })],
      [
        `PATCH ${foos}/x/status`,
        { spec: { size: 5 }, status: { phase: 'q' }, metadata: { labels: { a: 'b' } } },
        merge,
      ],
      [`PATCH ${foos}/x`, { spec: { size: 6 }, status: { phase: 'r' } }, merge],
    ],
  },
  {
    says: 'a status is checked',
    steps: [...define(both), made, [`PATCH ${foos}/x/status`, { status: { replicas: 'many' } }, merge]],
  },
  {
    says: 'a custom object is scaled',
    steps: [
      ...define(both),
      made,
      [`GET ${foos}/x/scale`],
      [`PATCH ${foos}/x/scale`, { spec: { replicas: 3 } }, merge],
      [`GET ${foos}/x`],
    ],
  },
  {
    says: 'a custom object is not patched strategically',
    steps: [...define(), made, [`PATCH ${foos}/x`, {}, { type: 'application/strategic-merge-patch+json' }]],
  },
  {
    says: 'a custom object is applied',
    steps: [
      ...define(),
      [
        `PATCH ${foos}/x?fieldManager=one`,
        foo({ size: 1, parts: [{ id: 'a' }], tags: ['t'] }),
        { type: 'application/apply-patch+yaml' },
      ],
      [
        `PATCH ${foos}/x?fieldManager=two`,
        foo({ parts: [{ id: 'b', n: 5 }], tags: ['u'] }),
        { type: 'application/apply-patch+yaml' },
      ],
      [`PATCH ${foos}/x?fieldManager=one`, foo({ size: 1 }), { type: 'application/apply-patch+yaml' }],
      [
        `PATCH ${foos}/x?fieldManager=three`,
        foo({ size: 3, color: 'green' }),
        { type: 'application/apply-patch+yaml' },
      ],
    ],
  },
  {
    says: 'a custom object with an unknown field is applied',
    steps: [
      ...define(),
      [`PATCH ${foos}/x?fieldManager=one`, foo({ size: 1, foo: 1 }), { type: 'application/apply-patch+yaml' }],
    ],
  },
  { says: 'a custom object is deleted', steps: [...define(), made, [`DELETE ${foos}/x`], [`GET ${foos}/x`]] },
  {
    says: 'columns of a custom kind',
    steps: [
      ...define({
        additionalPrinterColumns: [
          { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
          { name: 'Color', type: 'string', jsonPath: '.spec.color', priority: 1 },
          { name: 'Parts', type: 'string', jsonPath: '.spec.parts[*].id' },
          { name: 'Ready', type: 'string', jsonPath: '.spec.parts[?(@.id=="b")].n' },
          { name: 'None', type: 'string', jsonPath: '.spec.none' },
          { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
        ],
      }),
      [`POST ${foos}`, foo({ size: 1, parts: [{ id: 'a' }, { id: 'b' }] }), quiet],
      [`GET ${foos}`, undefined, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' }],
    ],
  },
  {
    says: 'a custom kind without columns shows its age',
    steps: [...define(), made, [`GET ${foos}`, undefined, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' }]],
  },
  {
    says: 'selectable fields',
    steps: [
      ...define({ selectableFields: [{ jsonPath: '.spec.color' }] }),
      made,
      [`GET ${foos}?fieldSelector=spec.color%3Dred`],
      [`GET ${foos}?fieldSelector=spec.color%3Dgreen`],
      [`GET ${foos}?fieldSelector=spec.size%3D1`],
    ],
  },
  {
    says: 'a version that is not served',
    steps: [
      ...define(
        {},
        {
          versions: [
            { name: 'v1', served: true, storage: false, schema: { openAPIV3Schema: schema } },
            { name: 'v2', served: false, storage: true, schema: { openAPIV3Schema: schema } },
          ],
        },
      ),
      made,
      [`GET ${foos}/x`],
      ['GET /apis/$ns.io/v2/namespaces/$ns/foos/x'],
    ],
  },
  {
    says: 'two versions of one object',
    steps: [
      ...define(
        {},
        {
          versions: [
            { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } },
            { name: 'v2beta1', served: true, storage: false, deprecated: true, schema: { openAPIV3Schema: schema } },
          ],
        },
      ),
      made,
      ['GET /apis/$ns.io/v2beta1/namespaces/$ns/foos/x'],
      ['GET /apis/$ns.io'],
    ],
  },
  {
    says: 'a definition with objects takes them along',
    steps: [...define(), made, [`DELETE ${definitions}/foos.$ns.io`]],
  },
];
