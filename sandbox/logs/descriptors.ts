import { invalidArgument, notFound } from '../core/errors.ts';
import { projectOf, requirePermission } from '../core/iam.ts';
import { page } from '../core/page.ts';
import type { World } from '../core/state.ts';
import type { Call, Reply, Route } from '../core/types.ts';
import { COUNT, LATENCIES } from './time-series.ts';

export const metricTypes: Record<string, { valueType: string; unit: string; displayName: string }> = {
  [COUNT]: { valueType: 'INT64', unit: '1', displayName: 'Request Count' },
  [LATENCIES]: { valueType: 'DISTRIBUTION', unit: 'ms', displayName: 'Request Latency' },
};

function descriptor(world: World, type: string): Record<string, unknown> {
  const known = metricTypes[type];
  if (!known) throw notFound(`Could not find descriptor for metric '${type}'.`);
  const label = (key: string) => ({ key, valueType: 'STRING' });
  return {
    name: `projects/${world.project}/metricDescriptors/${type}`,
    type,
    metricKind: 'DELTA',
    ...known,
    labels: [label('response_code'), label('response_code_class')],
    metadata: {
      launchStage: 'GA',
      samplePeriod: '60s',
      ingestDelay: `${world.settings.metricLagMs / 1000}s`,
    },
    launchStage: 'GA',
    monitoredResourceTypes: ['cloud_run_revision'],
  };
}

const resource = (world: World) => ({
  name: `projects/${world.project}/monitoredResourceDescriptors/cloud_run_revision`,
  type: 'cloud_run_revision',
  displayName: 'Cloud Run Revision',
  labels: ['project_id', 'service_name', 'revision_name', 'location', 'configuration_name'].map((key) => ({
    key,
    valueType: 'STRING',
  })),
  launchStage: 'GA',
});

/** `metric.type = "..."` and `metric.type = starts_with("...")`, the filters of a list of descriptors. */
function typeFilter(text: string): (type: string) => boolean {
  if (text.trim() === '') return () => true;
  const match = /^\s*(?:metric|resource)\.type\s*=\s*(starts_with\(\s*)?"([^"]*)"\s*\)?\s*$/.exec(text);
  if (!match) throw invalidArgument(`Field filter had an invalid value of "${text}": it cannot be parsed.`);
  const [, prefix, wanted = ''] = match;
  return (type) => (prefix ? type.startsWith(wanted) : type === wanted);
}

/** What Cloud Monitoring says about its metrics and their resource. */
export function descriptorRoutes(world: World): Route[] {
  const list = (call: Call, name: string, items: { type?: unknown }[]): Reply => {
    const matches = typeFilter(call.query.get('filter') ?? '');
    const { items: shown, nextPageToken } = page(
      items.filter(({ type }) => matches(String(type))),
      call,
      10_000,
    );
    return {
      status: 200,
      body: { ...(shown.length ? { [name]: shown } : {}), ...(nextPageToken ? { nextPageToken } : {}) },
    };
  };
  const base = '/v3/projects/:project';
  return [
    {
      method: 'GET',
      pattern: `${base}/metricDescriptors`,
      handle: (call, params) => {
        requirePermission(world, call.principal, 'monitoring.metricDescriptors.list', projectOf(params));
        const all = Object.keys(metricTypes).map((type) => descriptor(world, type));
        return list(call, 'metricDescriptors', all);
      },
    },
    {
      method: 'GET',
      pattern: `${base}/metricDescriptors/:type*`,
      handle: (call, params) => {
        requirePermission(world, call.principal, 'monitoring.metricDescriptors.get', projectOf(params));
        return { status: 200, body: descriptor(world, params.type ?? '') };
      },
    },
    {
      method: 'GET',
      pattern: `${base}/monitoredResourceDescriptors`,
      handle: (call, params) => {
        const permission = 'monitoring.monitoredResourceDescriptors.list';
        requirePermission(world, call.principal, permission, projectOf(params));
        return list(call, 'resourceDescriptors', [resource(world)]);
      },
    },
    {
      method: 'GET',
      pattern: `${base}/monitoredResourceDescriptors/:type`,
      handle: (call, params) => {
        const permission = 'monitoring.monitoredResourceDescriptors.get';
        requirePermission(world, call.principal, permission, projectOf(params));
        if (params.type !== 'cloud_run_revision')
          throw notFound(`Could not find descriptor for resource '${params.type}'.`);
        return { status: 200, body: resource(world) };
      },
    },
  ];
}
