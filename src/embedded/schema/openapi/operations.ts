import type { TypeSchema } from '../schema.ts';
import { common, definitionName, listDefinitionName, subresourceDefinitionName } from './definitions.ts';

/** One operation of the API, before it is written in the words of a version of OpenAPI. */
export interface Operation {
  path: string;
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** What clients look for: `list`, `post`, `patch`, … */
  action: string;
  id: string;
  description: string;
  kind: { group: string; version: string; kind: string };
  /** Parameters in the path. */
  places: string[];
  parameters: { name: string; type: 'string' | 'boolean' | 'integer' }[];
  /** The definition of the body, where there is one. */
  body?: string;
  answer: string;
}

const text = (name: string) => ({ name, type: 'string' as const });
const flag = (name: string) => ({ name, type: 'boolean' as const });
const count = (name: string) => ({ name, type: 'integer' as const });

const writing = [text('dryRun'), text('fieldManager'), text('fieldValidation')];
const patching = [...writing, flag('force')];
const deleting = [text('dryRun'), count('gracePeriodSeconds'), flag('orphanDependents'), text('propagationPolicy')];
const listing = [
  flag('allowWatchBookmarks'),
  text('continue'),
  text('fieldSelector'),
  text('labelSelector'),
  count('limit'),
  text('resourceVersion'),
  text('resourceVersionMatch'),
  flag('sendInitialEvents'),
  count('timeoutSeconds'),
  flag('watch'),
];

/** Everything that can be done with a type, collection first. */
export function operationsOf(type: TypeSchema): Operation[] {
  const base = type.group === '' ? `/api/${type.version}` : `/apis/${type.group}/${type.version}`;
  const collection = type.namespaced ? `${base}/namespaces/{namespace}/${type.resource}` : `${base}/${type.resource}`;
  const places = type.namespaced ? ['namespace'] : [];
  const own = { group: type.group, version: type.version, kind: type.kind };
  const [one, many] = [definitionName(type), listDefinitionName(type)];
  const scope = type.namespaced ? 'Namespaced' : '';
  const named = (verb: string, suffix = '') => `${verb}${identifier(type)}${scope}${type.kind}${suffix}`;
  const has = (verb: string) => type.verbs.includes(verb);
  const make = (
    verb: string,
    row: Omit<Operation, 'kind' | 'path' | 'places'> & { path?: string; places?: string[] },
  ): Operation[] => (has(verb) ? [{ kind: own, path: collection, places, ...row }] : []);
  const item = { path: `${collection}/{name}`, places: ['name', ...places] };
  const article = type.kind;
  return [
    ...make('list', {
      method: 'get',
      action: 'list',
      id: named('list'),
      description: `list or watch objects of kind ${article}`,
      parameters: listing,
      answer: many,
    }),
    ...make('create', {
      method: 'post',
      action: 'post',
      id: named('create'),
      description: `create a ${article}`,
      parameters: writing,
      body: one,
      answer: one,
    }),
    ...make('deletecollection', {
      method: 'delete',
      action: 'deletecollection',
      id: named('deleteCollection'),
      description: `delete collection of ${article}`,
      parameters: [...deleting, ...listing.slice(1, 8)],
      body: common.deleteOptions,
      answer: common.status,
    }),
    ...make('get', {
      ...item,
      method: 'get',
      action: 'get',
      id: named('read'),
      description: `read the specified ${article}`,
      parameters: [],
      answer: one,
    }),
    ...make('update', {
      ...item,
      method: 'put',
      action: 'put',
      id: named('replace'),
      description: `replace the specified ${article}`,
      parameters: writing,
      body: one,
      answer: one,
    }),
    ...make('delete', {
      ...item,
      method: 'delete',
      action: 'delete',
      id: named('delete'),
      description: `delete a ${article}`,
      parameters: deleting,
      body: common.deleteOptions,
      answer: common.status,
    }),
    ...make('patch', {
      ...item,
      method: 'patch',
      action: 'patch',
      id: named('patch'),
      description: `partially update the specified ${article}`,
      parameters: patching,
      body: common.patch,
      answer: one,
    }),
    ...type.subresources.flatMap((sub) => subresourceOperations(type, sub, `${collection}/{name}/${sub.name}`, places)),
    ...(type.namespaced
      ? make('list', {
          path: `${base}/${type.resource}`,
          places: [],
          method: 'get',
          action: 'list',
          id: `list${identifier(type)}${type.kind}ForAllNamespaces`,
          description: `list or watch objects of kind ${article}`,
          parameters: listing,
          answer: many,
        })
      : []),
  ];
}

const words: Record<string, { method: Operation['method']; verb: string; parameters: Operation['parameters'] }> = {
  get: { method: 'get', verb: 'read', parameters: [] },
  create: { method: 'post', verb: 'create', parameters: writing },
  update: { method: 'put', verb: 'replace', parameters: writing },
  patch: { method: 'patch', verb: 'patch', parameters: patching },
};

function subresourceOperations(
  type: TypeSchema,
  sub: TypeSchema['subresources'][number],
  path: string,
  places: string[],
): Operation[] {
  const body = subresourceDefinitionName(type, sub);
  const scope = type.namespaced ? 'Namespaced' : '';
  const suffix = `${sub.name.charAt(0).toUpperCase()}${sub.name.slice(1)}`;
  return sub.verbs.flatMap((verb) => {
    const word = words[verb];
    if (word === undefined) return [];
    return [
      {
        path,
        method: word.method,
        action: word.method,
        id: `${word.verb}${identifier(type)}${scope}${type.kind}${suffix}`,
        description: `${word.verb} ${sub.name} of the specified ${type.kind}`,
        kind: { group: sub.group, version: sub.version, kind: sub.kind },
        places: ['name', ...places],
        parameters: word.parameters,
        ...(word.method === 'get' ? {} : { body: word.method === 'patch' ? common.patch : body }),
        answer: body,
      },
    ];
  });
}

/** `AppsV1`, `CoreV1`, `ExampleComV1`: part of the name of an operation. */
function identifier(type: TypeSchema): string {
  const group = type.group === '' ? 'core' : type.group.replace(/\.k8s\.io$/, '');
  return [...group.split(/[.-]/), type.version].map((part) => part.charAt(0).toUpperCase() + part.slice(1)).join('');
}

/** `apps_v1` */
export const tagOf = (type: { group: string; version: string }): string =>
  `${type.group === '' ? 'core' : type.group.replace(/\.k8s\.io$/, '').replace(/[.-](\w)/g, (_, letter: string) => letter.toUpperCase())}_${type.version}`;
