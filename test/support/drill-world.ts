import { createHash, randomBytes } from 'node:crypto';
import { grant } from '../../sandbox/core/policies.ts';
import { type Sandbox, startSandbox } from '../../sandbox/index.ts';
import { bucketResource } from '../../sandbox/storage/render.ts';
import { addBucket, catchUp, type Json, storageState } from '../../sandbox/storage/state.ts';
import { createBuckets } from '../../src/gcp/storage/buckets.ts';
import { endpoints } from '../../src/http/endpoints.ts';
import { createRest } from '../../src/http/rest.ts';
import { type DrillResult, drill } from '../../src/steps/drill/drill.ts';
import type { Buckets, DrillPorts, DrillRequest } from '../../src/steps/drill/ports.ts';
import { Client } from '../sandbox/support/client.ts';

/** A sandbox with buckets, and the use case with its real adapter, logged in as an account that may do what the README says. */
export interface DrillWorld {
  sandbox: Sandbox;
  client: Client;
  account: string;
  lines: string[];
  buckets: Buckets;
  bucket(name: string, location?: string, settings?: Json): void;
  replicate(from: string, to: string, delayMs: number): void;
  run(more?: Partial<DrillRequest>, ports?: Partial<DrillPorts>): Promise<DrillResult>;
  /** Names of the live and noncurrent objects of a bucket, without results. */
  objects(bucket: string): string[];
  requests(): string[];
  later(ms: number): void;
  stop(): Promise<void>;
}

let runs = 0;

export async function drillWorld(): Promise<DrillWorld> {
  const sandbox = await startSandbox();
  const client = new Client(sandbox);
  const { world } = sandbox;
  const account = `drill@${world.project}.iam.gserviceaccount.com`;
  const member = `serviceAccount:${account}`;
  let token = '';
  const logIn = async () => {
    token = (await client.control('POST', '/tokens', { member })).body.accessToken;
  };
  await logIn();
  const lines: string[] = [];
  const log = {
    line: (text: string) => void lines.push(text),
    warning: (text: string) => void lines.push(text),
    detail: (title: string, more: readonly string[]) => void lines.push(title, ...more),
    debug: () => {},
  };
  const clock = {
    now: () => world.now(),
    steady: () => performance.now() + world.settings.clockOffsetMs,
    sleep: (ms: number) => new Promise<void>((done) => setTimeout(done, Math.min(ms, 5))),
  };
  const rest = createRest({
    endpoints: endpoints(sandbox.env, 'googleapis.com'),
    clock,
    log,
    accessToken: async () => {
      await logIn();
      return token;
    },
    redact: (text) => text,
    userAgent: 'test',
  });
  const buckets = createBuckets(rest);
  const ports: DrillPorts = {
    buckets,
    clock,
    log,
    random: (bytes) => randomBytes(bytes),
    digestOf: (bytes) => ({
      md5: createHash('md5').update(bytes).digest('base64'),
      sha256: createHash('sha256').update(bytes).digest('hex'),
    }),
  };
  return {
    sandbox,
    client,
    account,
    lines,
    buckets,
    bucket(name, location = 'europe-west1', settings = {}) {
      addBucket(world, name, location, settings);
      for (const role of ['roles/storage.bucketViewer', 'roles/storage.objectUser'])
        grant(world.policies, bucketResource(world, name), role, member);
    },
    replicate: (from, to, delayMs) => void storageState(world).replications.push({ from, to, delayMs }),
    run: (more = {}, other = {}) =>
      drill(
        { ...ports, ...other },
        {
          mode: 'restore',
          buckets: [{ role: 'data', bucket: 'data', copy: undefined }],
          targets: { rpo: 60, rto: 60, window: 7 * 86_400 },
          ...{ canaries: 2, bytes: 1024, prefix: 'backstay-drill/' },
          results: 'data',
          run: `run-${runs++}`,
          ...{ copyWaitMs: 2000, paceMs: 10 },
          member,
          ...more,
        },
      ),
    objects(bucket) {
      catchUp(world);
      const { objects, noncurrent } = storageState(world);
      return [...objects.values(), ...noncurrent]
        .filter((one) => one.bucket === bucket && !one.object.includes('/results/'))
        .map(({ object }) => object);
    },
    requests: () =>
      world.requests.filter(({ api }) => api === 'storage').map(({ method, path }) => `${method} ${path}`),
    later: (ms) => {
      world.settings.clockOffsetMs += ms;
    },
    stop: () => sandbox.stop(),
  };
}
