import { type Sandbox, type SandboxOptions, startSandbox } from '../../sandbox/index.ts';
import { labelsOf, namesOf, type Resource } from '../../src/domain/conformance/names.ts';
import type { ProbeId } from '../../src/domain/conformance/probes.ts';
import { inlineSource } from '../../src/domain/conformance/source.ts';
import { createCloud } from '../../src/gcp/conformance/cloud.ts';
import { endpoints } from '../../src/http/endpoints.ts';
import { createRest } from '../../src/http/rest.ts';
import { createClock } from '../../src/runner/clock.ts';
import { cleanUp } from '../../src/steps/conformance/clean-up.ts';
import type { Cloud, Journal } from '../../src/steps/conformance/ports.ts';
import { type Ran, runProbes } from '../../src/steps/conformance/run.ts';
import type { Stage } from '../../src/steps/conformance/scene.ts';

export const owner = 'user:owner@example.com';
const slow = 240;

/** A journal in memory, which outlives a run that is killed. */
export function memoryJournal(): Journal {
  const list: Resource[] = [];
  return {
    add: (resource) => {
      if (!list.some(({ name }) => name === resource.name)) list.push(resource);
    },
    remove: (name) => {
      const at = list.findIndex((resource) => resource.name === name);
      if (at >= 0) list.splice(at, 1);
    },
    entries: () => [...list],
  };
}

export interface ConformanceWorld {
  sandbox: Sandbox;
  cloud: Cloud;
  /** Runs probes in a fresh run. Cleans nothing up. `through` stands between the run and the cloud. */
  run(
    only?: readonly ProbeId[],
    through?: (cloud: Cloud) => Cloud,
    options?: { expiresIn?: number; patience?: number },
  ): Promise<Ran>;
  clean(all?: boolean, journal?: Journal): ReturnType<typeof cleanUp>;
  journal: Journal;
  lines: string[];
}

/** A sandbox and everything that the command needs on it. Times are short, but every wait still waits for a fact. */
export async function conformanceWorld(options: SandboxOptions = {}): Promise<ConformanceWorld> {
  const sandbox = await startSandbox({
    ...{ project: 'p-conformance', buildMs: 60, logLagMs: 0, trafficSettleMs: 25 },
    ...options,
  });
  Object.assign(sandbox.world.settings, { enforceLoggingQuota: false });
  const clock = createClock();
  const token = await (
    await fetch(`${sandbox.control}/tokens`, { method: 'POST', body: JSON.stringify({ member: owner }) })
  ).json();
  const accessToken = () => Promise.resolve((token as { accessToken: string }).accessToken);
  const found = endpoints(sandbox.env);
  const rest = createRest({
    ...{ endpoints: found, clock, accessToken, userAgent: 'conformance-test' },
    log: { line: () => {}, warning: () => {}, detail: () => {}, debug: () => {} },
    redact: (text) => text,
  });
  const cloud = createCloud({
    ...{ rest, accessToken, userAgent: 'conformance-test', jobToken: undefined },
    addSecret: () => {},
    onAnswer: () => {},
    registryBase: sandbox.env.GHA_ENDPOINT_OVERRIDE_registry,
  });
  const journal = memoryJournal();
  const lines: string[] = [];
  let serial = 0;
  const { project, region } = sandbox;
  return {
    sandbox,
    cloud,
    journal,
    lines,
    async run(only, through = (same) => same, { expiresIn = 3600, patience = 10_000 } = {}) {
      const { signal } = new AbortController();
      const run = `run${String(serial++).padStart(3, '0')}`;
      const expires = Math.floor(clock.now() / 1000) + expiresIn;
      const stage: Stage = {
        ...{
          cloud: through(cloud),
          clock,
          journal,
          run,
          project,
          region,
          expires,
          member: owner,
          provider: undefined,
        },
        pace: { pollMs: 8, logsMs: 15, slowMs: slow, patienceMs: patience, graceMs: 120 },
        names: namesOf(project, region, run),
        labels: labelsOf(run, expires),
        image: 'us-docker.pkg.dev/cloudrun/container/hello:latest',
        runtime: 'nodejs24',
        source: (version) => inlineSource(version, slow),
        memory: { marks: [], projectNumber: sandbox.world.projectNumber },
      };
      return runProbes(stage, { only, deadlineMs: 120_000, signal, tell: (line) => lines.push(line) });
    },
    clean: (all = false, own = journal) =>
      cleanUp({
        ...{ cloud, clock, journal: own, project, region, all, pollMs: 8, deadlineMs: 30_000 },
        signal: new AbortController().signal,
      }),
  };
}
