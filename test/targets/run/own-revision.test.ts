import { describe, expect, test } from '@jest/globals';
import type { RunRevision, RunService } from '../../../src/steps/ports/services.ts';
import { serviceMade } from '../../../src/targets/run/made.ts';
import { withOwnRevision } from '../../../src/targets/run/own-revision.ts';

/** Which revision a change of this process has made, where others change the same service. */

type State = 'ready' | 'failed' | 'pending';
const revision = (
  serial: number,
  labels: Record<string, string>,
  { image = 'ours', state = 'ready' }: { image?: string; state?: State } = {},
): RunRevision => ({
  name: `ocr-${serial}`,
  ready: state === 'ready',
  failed: state === 'failed',
  createTime: new Date(1.8e12 + serial * 1000).toISOString(),
  message: state === 'failed' ? 'boom' : undefined,
  logUri: undefined,
  raw: { labels, containers: [{ image }] },
});
const service = (latest: number, generation: number, raw: object = {}) =>
  ({
    name: 'projects/p/locations/l/services/ocr',
    latestCreatedRevision: `ocr-${latest}`,
    latestReadyRevision: `ocr-${latest}`,
    raw: { generation: String(generation), ...raw },
  }) as unknown as RunService;

const ours = { 'backstay-source': 's', 'backstay-release': 'r1' };
const older = revision(1, { 'backstay-source': 's' });
const own = revision(2, ours);
const copy = revision(3, ours, { image: 'theirs' });

function world(revisions: readonly RunRevision[]) {
  let lists = 0;
  let steady = 0;
  let reads = 0;
  const services = {
    revisions: async () => {
      lists++;
      return [...revisions].reverse();
    },
    get: async () => service(3, 9),
    // What is pending is ready at the third look.
    revision: async (_: string, name: string) => {
      const found = revisions.find((one) => one.name === name);
      const isPending = found !== undefined && !found.ready && !found.failed;
      return isPending && ++reads >= 3 ? { ...found, ready: true } : found;
    },
  };
  const clock = {
    now: () => 1.8e12,
    steady: () => steady,
    sleep: async (milliseconds: number) => {
      steady += milliseconds;
    },
  };
  const log = { line: () => {}, warning: () => {}, detail: () => {}, debug: () => {} };
  return { ports: { services, clock, log } as never, lists: () => lists };
}

function found(revisions: readonly RunRevision[], after: RunService, built = false) {
  const { ports, lists } = world(revisions);
  const content = {
    holds: ({ raw }: RunRevision) => (raw.containers as { image: string }[])[0]?.image === 'ours',
    ...(built ? { build: async () => undefined } : {}),
  };
  const change = { name: after.name, before: service(1, 4), after, labels: ours, content, deadline: 60_000 };
  return withOwnRevision(ports, { ...change, signal: undefined }).then(
    ({ latestCreatedRevision, latestReadyRevision, terminalMessage }) => ({
      latestCreatedRevision,
      latestReadyRevision,
      terminalMessage,
      lists: lists(),
    }),
  );
}

describe('the own revision of a change', () => {
  test('is the newest one if nothing else has changed the service, and nothing more is read', async () => {
    expect(await found([older, own], service(2, 5))).toMatchObject({
      latestCreatedRevision: 'ocr-2',
      lists: 0,
    });
  });

  test.each<[string, RunRevision[], RunService]>([
    ['somebody has set a tag since', [older, own], service(2, 6)],
    ['a copy of its labels has another image', [older, own, copy], service(3, 6)],
    [
      'a copy of its labels has its image as well, and came later',
      [older, own, revision(3, ours)],
      service(3, 6),
    ],
    ['a later revision has no labels', [older, own, revision(3, {})], service(3, 6)],
    ['it is not ready yet', [older, revision(2, ours, { state: 'pending' }), copy], service(3, 6)],
  ])('is the first new one with its labels and its content: %s', async (_, revisions, after) => {
    expect(await found(revisions, after)).toMatchObject({
      latestCreatedRevision: 'ocr-2',
      latestReadyRevision: 'ocr-2',
      lists: 1,
    });
  });

  test('says why it failed, whatever the newest revision does', async () => {
    const failed = revision(2, ours, { state: 'failed' });
    expect(await found([older, failed, copy], service(3, 6))).toMatchObject({
      latestCreatedRevision: 'ocr-2',
      latestReadyRevision: 'ocr-1',
      terminalMessage: 'boom',
    });
  });

  test.each<[string, RunRevision[], boolean]>([
    ['there is none yet', [older, copy], false],
    ['a build takes time, so a copy may be the first one', [older, own, revision(3, ours)], true],
  ])('cannot be told: %s', async (_, revisions, built) => {
    await expect(found(revisions, service(3, 6), built)).rejects.toMatchObject({ code: 'deploy-conflict' });
  });
});

describe('has a release made a revision?', () => {
  const marks = { 'backstay-source': 's' };
  const asked = (
    name: string,
    revisions: readonly RunRevision[],
    build?: 'running' | 'succeeded' | 'failed',
  ) => {
    const live = service(3, 9, build ? { buildConfig: {} } : {});
    const services = { revisions: async () => [...revisions], get: async () => live };
    const clients = { services, build: async () => (build ? { id: 'b', state: build } : undefined) };
    const record = { id: 'r1', marks, function_update_time: undefined };
    return serviceMade(clients, live.name, { revision: name, record });
  };

  test.each<[string, string, RunRevision[], Parameters<typeof asked>[2], boolean | undefined]>([
    ['its image', 'ocr-2', [older, own], undefined, true],
    ['a copy of its labels', 'ocr-3', [older, own, copy], undefined, false],
    ['a deploy without its labels', 'ocr-3', [older, own, revision(3, {})], undefined, false],
    ['its build', 'ocr-2', [older, own], 'succeeded', true],
    ['a copy after its build has failed', 'ocr-3', [older, copy], 'failed', false],
    ['a copy while its build is running', 'ocr-3', [older, copy], 'running', undefined],
    ['the build of an attempt that it has joined', 'ocr-1', [older], undefined, undefined],
    ['a deploy of something else', 'ocr-3', [older, revision(3, {})], undefined, false],
  ])('%s', async (_, name, revisions, build, made) => {
    expect(await asked(name, revisions, build)).toBe(made);
  });
});
