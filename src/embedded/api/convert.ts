import { isJsonObject, type JsonObject, type Resource } from '../../resource/index.ts';
import { clone } from '../store/entry.ts';

/** The same object in another version of its API. Most versions of built-in kinds differ in nothing but the name. */
export function convertBuiltin(object: Resource, apiVersion: string): Resource {
  if (object.apiVersion === apiVersion) return object;
  const rule = conversions[`${object.apiVersion} ${apiVersion} ${object.kind}`];
  const converted = rule === undefined ? object : rule(clone(object));
  return { ...converted, apiVersion };
}

/** Whether texts of the two versions differ in `apiVersion` alone. */
export function isTrivial(from: string, to: string, kind: string): boolean {
  return conversions[`${from} ${to} ${kind}`] === undefined;
}

type Conversion = (object: Resource) => Resource;

const conversions: Record<string, Conversion> = {
  'autoscaling/v2 autoscaling/v1 HorizontalPodAutoscaler': (object) => {
    const spec = { ...((object['spec'] ?? {}) as JsonObject) };
    const metrics = (spec['metrics'] ?? []) as JsonObject[];
    const isCpu = (metric: JsonObject) => {
      const resource = metric['resource'] as JsonObject | undefined;
      return resource?.['name'] === 'cpu' && (resource['target'] as JsonObject)?.['type'] === 'Utilization';
    };
    const cpu = metrics.find(isCpu);
    const rest = metrics.filter((metric) => metric !== cpu);
    if (cpu !== undefined)
      spec['targetCPUUtilizationPercentage'] = ((cpu['resource'] as JsonObject)['target'] as JsonObject)[
        'averageUtilization'
      ];
    delete spec['metrics'];
    const annotations = { ...object.metadata.annotations };
    if (rest.length > 0) annotations['autoscaling.alpha.kubernetes.io/metrics'] = JSON.stringify(rest);
    if (isJsonObject(spec['behavior'])) {
      annotations['autoscaling.alpha.kubernetes.io/behavior'] = JSON.stringify(spec['behavior']);
      delete spec['behavior'];
    }
    const status = (object['status'] ?? {}) as JsonObject;
    return {
      ...object,
      metadata: { ...object.metadata, ...(Object.keys(annotations).length === 0 ? {} : { annotations }) },
      spec,
      status: {
        currentReplicas: status['currentReplicas'] ?? 0,
        desiredReplicas: status['desiredReplicas'] ?? 0,
        ...(status['lastScaleTime'] === undefined ? {} : { lastScaleTime: status['lastScaleTime'] }),
        ...(status['observedGeneration'] === undefined ? {} : { observedGeneration: status['observedGeneration'] }),
      },
    };
  },
  'autoscaling/v1 autoscaling/v2 HorizontalPodAutoscaler': (object) => {
    const spec = { ...((object['spec'] ?? {}) as JsonObject) };
    const annotations = { ...object.metadata.annotations };
    const take = (name: string) => {
      const text = annotations[`autoscaling.alpha.kubernetes.io/${name}`];
      delete annotations[`autoscaling.alpha.kubernetes.io/${name}`];
      return text === undefined ? undefined : (JSON.parse(text) as JsonObject);
    };
    const metrics = (take('metrics') ?? []) as unknown as JsonObject[];
    const behavior = take('behavior');
    const target = spec['targetCPUUtilizationPercentage'];
    delete spec['targetCPUUtilizationPercentage'];
    if (target !== undefined)
      metrics.unshift({
        type: 'Resource',
        resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: target } },
      });
    if (metrics.length > 0) spec['metrics'] = metrics;
    if (behavior !== undefined) spec['behavior'] = behavior;
    const { annotations: _, ...metadata } = object.metadata;
    return {
      ...object,
      metadata: { ...metadata, ...(Object.keys(annotations).length === 0 ? {} : { annotations }) },
      spec,
    };
  },
  'v1 events.k8s.io/v1 Event': (object) =>
    rename(object, {
      involvedObject: 'regarding',
      message: 'note',
      source: 'deprecatedSource',
      count: 'deprecatedCount',
      firstTimestamp: 'deprecatedFirstTimestamp',
      lastTimestamp: 'deprecatedLastTimestamp',
      reportingComponent: 'reportingController',
    }),
  'events.k8s.io/v1 v1 Event': (object) =>
    rename(object, {
      regarding: 'involvedObject',
      note: 'message',
      deprecatedSource: 'source',
      deprecatedCount: 'count',
      deprecatedFirstTimestamp: 'firstTimestamp',
      deprecatedLastTimestamp: 'lastTimestamp',
      reportingController: 'reportingComponent',
    }),
};

function rename(object: Resource, names: Record<string, string>): Resource {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [names[key] ?? key, value])) as Resource;
}
