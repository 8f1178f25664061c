import { rmSync } from 'node:fs';
import { alertingApis } from './alerting/index.ts';
import { computeApis } from './compute/index.ts';
import { controlApi } from './core/control.ts';
import type { RunningApi } from './core/listen.ts';
import { apiUrl, type PublicNames } from './core/names.ts';
import { serve } from './core/server.ts';
import { createWorld, type World } from './core/state.ts';
import type { ApiDefinition, Ready, SandboxOptions } from './core/types.ts';
import { environment, ownersEnvironment } from './environment.ts';
import { frontsApis } from './fronts/index.ts';
import { functionsApis } from './functions/index.ts';
import { gatewayApis } from './gateway/index.ts';
import { githubApis } from './github/index.ts';
import { guardrailsApis } from './guardrails/index.ts';
import { iapApis } from './iap/index.ts';
import { emptyProject } from './identity/empty.ts';
import { identityApis } from './identity/index.ts';
import { seed } from './identity/seed.ts';
import { loadApis } from './load/index.ts';
import { logsApis } from './logs/index.ts';
import { type Monitors, startMonitors } from './monitors/index.ts';
import { projectsApis } from './projects/index.ts';
import { type RunningProxy, startProxy } from './proxy/index.ts';
import { startRegionalProxy } from './proxy/regional.ts';
import { registryApis } from './registry/index.ts';
import { runApis } from './run-api/index.ts';
import { secretsApis } from './secrets/index.ts';
import { storageApis } from './storage/index.ts';
import { modelApis } from './vertex/models/index.ts';
import { pipelineApis } from './vertex/pipelines/index.ts';

export type { World } from './core/state.ts';
export type { Ready, SandboxOptions } from './core/types.ts';

export interface Sandbox extends Ready {
  /** The inside of the sandbox, for tests in the same process. */
  world: World;
  /** The proxy, if it was asked for. */
  proxy: RunningProxy | undefined;
  /** The monitoring systems outside of Google Cloud, if they were asked for. */
  monitors: Monitors | undefined;
  /** Ends every server and process and removes the folder. Safe to call twice. */
  stop(): Promise<void>;
}

/** Several rooms may define routes of the same API, such as `control`; this joins them. */
function merge(definitions: readonly ApiDefinition[]): ApiDefinition[] {
  const byName = new Map<string, ApiDefinition>();
  for (const definition of definitions) {
    const known = byName.get(definition.name);
    byName.set(
      definition.name,
      known ? { ...known, ...definition, routes: [...known.routes, ...definition.routes] } : definition,
    );
  }
  return [...byName.values()];
}

/** Every API of the sandbox with its routes. */
export const apisOf = (world: World): ApiDefinition[] =>
  merge([
    controlApi(world),
    ...identityApis(world),
    ...projectsApis(world),
    ...githubApis(world),
    ...functionsApis(world),
    ...runApis(world),
    ...registryApis(world),
    ...logsApis(world),
    ...alertingApis(world),
    ...loadApis(world),
    ...frontsApis(world),
    ...gatewayApis(world),
    ...guardrailsApis(world),
    ...computeApis(world),
    ...iapApis(world),
    ...secretsApis(world),
    ...storageApis(world),
    ...pipelineApis(world),
    ...modelApis(world),
  ]);

function publish(names: PublicNames, api: RunningApi, region: string): string {
  if (api.name === 'storage') {
    for (const path of ['storage/v1', 'upload/storage/v1', 'download/storage/v1'])
      names.publish(`${apiUrl('storage')}/${path}`, api.url, true);
    return apiUrl('storage');
  }
  if (api.name === 'registry') return names.publish(`https://${region}-docker.pkg.dev`, api.url);
  return names.publish(apiUrl(api.name), api.url);
}

/** Starts Google Cloud and GitHub on loopback, with every API on its own port. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const world = createWorld(options);
  const running: RunningApi[] = [];
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= (async () => {
      for (const action of world.onStop.toReversed()) await action();
      await Promise.all(running.map((api) => api.close()));
      if (world.ownsFolder) rmSync(world.folder, { recursive: true, force: true });
    })();
    return stopped;
  };
  try {
    for (const definition of apisOf(world)) {
      const api = await serve(world, definition, options.ports?.[definition.name] ?? 0);
      running.push(api);
      const isPublic = world.names && api.name !== 'control';
      // `gcloud run` puts the region before the host.
      if (isPublic && api.name === 'run')
        world.names?.publish(`https://${world.region}-run.googleapis.com`, api.url);
      world.urls.set(api.name, isPublic ? publish(world.names, api, world.region) : api.url);
    }
    const seeded = seed(world);
    const proxy =
      world.names && (await startProxy(world.names, { port: options.ports?.proxy ?? 0, ...options.proxy }));
    if (proxy) running.push(proxy);
    const regional = proxy ? undefined : await startRegionalProxy();
    if (regional) running.push(regional);
    const monitors = options.monitors ? await startMonitors(world) : undefined;
    if (monitors) running.push(...monitors.running);
    if (options.empty) emptyProject(world, seeded);
    const careful = environment(world, seeded, proxy, regional);
    const env = { ...(options.empty ? ownersEnvironment(world, careful) : careful), ...monitors?.env };
    const control = world.urls.get('control') as string;
    const { project, region } = world;
    return { ready: true, project, region, control, env, world, proxy, monitors, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
