import type { Managed } from '../../domain/alerting/managed.ts';
import type { LeftOutPair } from '../../domain/alerting/pairs.ts';
import type { Inexpressible, MadeFile } from '../../domain/alerting/request.ts';
import type { Context } from '../../runner/context.ts';
import type { SloStore } from '../../steps/slo/ports.ts';
import type { readSlo } from './inputs.ts';

export type ReadSlo = Awaited<ReturnType<typeof readSlo>>;

/** A system that is ready to be compared with the SLO file. */
export interface Opened {
  wanted: Managed[];
  refused: Inexpressible[];
  store: SloStore;
  /** Names of files, if the system is kept as files. */
  files: string[];
  /** Windows that the system does not have. */
  leftOut: (LeftOutPair & { objective: string })[];
}

/** Opens the chosen system. Only its own code is loaded. */
export function openSystem(context: Context, read: ReadSlo): Promise<Opened> {
  if (read.system === 'cloud-monitoring') return openGoogle(context, read);
  return read.datadog ? openDatadog(context, read, read.datadog) : openPrometheus(read);
}

async function openPrometheus(read: ReadSlo): Promise<Opened> {
  const { prometheusGroups, rulesFile } = await import('../../domain/alerting/prometheus-rules.ts');
  const { grafanaFile } = await import('../../domain/alerting/grafana.ts');
  const { groups, refused } = prometheusGroups(read.request);
  return filesOpened(read, refused, [rulesFile(read.request, groups), grafanaFile(read.request)]);
}

async function openGoogle(context: Context, read: ReadSlo): Promise<Opened> {
  const { googleResources } = await import('../../domain/alerting/google/resources.ts');
  const { request, channels } = read;
  const project = read.login.projectId ?? '';
  const { wanted, refused, leftOut } = googleResources(request, { project, channels });
  if (read.mode === 'generate') {
    const { resourcesFile } = await import('../../domain/alerting/resources-file.ts');
    return {
      ...(await filesOpened(read, refused, [resourcesFile(request, 'cloud-monitoring', wanted)])),
      leftOut,
    };
  }
  const [{ createMonitoringStore }, { openPlatform }] = await Promise.all([
    import('../../gcp/monitoring/store.ts'),
    import('../login/platform.ts'),
  ]);
  const { rest } = openPlatform(context, read.login);
  return {
    wanted,
    refused,
    leftOut,
    store: createMonitoringStore({ rest, project, slo: request.slo }),
    files: [],
  };
}

async function openDatadog(
  context: Context,
  read: ReadSlo,
  datadog: NonNullable<ReadSlo['datadog']>,
): Promise<Opened> {
  const { datadogResources } = await import('../../domain/alerting/datadog/resources.ts');
  const { request, login } = read;
  const { wanted, refused, leftOut } = datadogResources(
    request,
    (objective) => datadog.counts(objective, request.service),
    read.notify,
  );
  if (read.mode === 'generate') {
    const { resourcesFile } = await import('../../domain/alerting/resources-file.ts');
    return { ...(await filesOpened(read, refused, [resourcesFile(request, 'datadog', wanted)])), leftOut };
  }
  const [{ outsideLogin }, { endpoints }] = await Promise.all([
    import('../login/outside.ts'),
    import('../../http/endpoints.ts'),
  ]);
  const { env, clock } = context;
  const outside = outsideLogin(context, {
    endpoints: endpoints(env, login.universe, login.trustedEndpoints),
  });
  const store = datadog.open({ ...outside, clock }, request.slo);
  return { wanted, refused, leftOut, store, files: [] };
}

async function filesOpened(read: ReadSlo, refused: Inexpressible[], files: MadeFile[]): Promise<Opened> {
  const { createFileStore, managedFiles } = await import('./file-store.ts');
  return {
    wanted: managedFiles(files),
    refused,
    store: createFileStore(files, read),
    files: files.map(({ name }) => name),
    leftOut: [],
  };
}
