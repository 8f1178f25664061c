import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { ReleaseFacts } from '../../../src/domain/release/facts.ts';
import { type FastTime, installFastTime } from '../../support/fast-time.ts';
import { ReleaseWorld } from '../../support/release-world.ts';
import { defaultDriver } from '../../support/world-driver.ts';

/** How an early failure ends a release depends not only on what failed but also on what the release had changed by then. */
jest.setTimeout(300_000);
let time: FastTime;
let world: ReleaseWorld;
let made = 0;
beforeAll(async () => {
  time = installFastTime(20);
  world = await ReleaseWorld.open({}, time.clock);
});
afterAll(async () => {
  await world.close();
  time.restore();
});

const inputs = { step_duration: '1s', duration: '1s' };
const google = (code: number, status: string, message: string) => ({
  status: code,
  body: { error: { code, status, message } },
});
const denied = google(403, 'PERMISSION_DENIED', "Permission 'x.y.z' denied on resource");
const quota = google(429, 'RESOURCE_EXHAUSTED', 'Quota exceeded for quota metric');
const billing = google(400, 'FAILED_PRECONDITION', 'Billing is disabled for project 1');
const actAs = google(403, 'PERMISSION_DENIED', "Permission 'iam.serviceaccounts.actAs' denied");

interface Called {
  api: string;
  method: string;
  path: string;
}
const matching = (pattern: RegExp) => (call: Called) =>
  pattern.test(`${call.method} ${call.api} ${call.path}`);
const reading = matching(/^GET run \S+\/services\//);
const pin = (call: Called) => world.writesService(call);
/** The first call that brings the source. */
const upload = matching(/generateUploadUrl|^GET storage \/storage\/v1\/b\?/);
const update = (call: Called) => world.makesRevision(call);
/** An image is built already: nothing of it is uploaded, and no build of it can fail. */
const isImage = defaultDriver() === 'run-image';
const ofSource = isImage ? test.skip : test;

/** `calm`: the failure itself is not repeated, so the whole release must end within seconds. */
const rows = [
  ['reading', 'denied', reading, denied, 'calm', 'Nothing was changed.'],
  ['the pin', 'denied', pin, denied, 'calm', 'Nothing was changed.'],
  ['the pin', 'out of quota', pin, quota, 'repeated', 'Nothing was changed.'],
  ['the upload', 'denied', upload, denied, 'calm', 'Nothing was released.'],
  ['the upload', 'out of quota', upload, quota, 'repeated', 'Nothing was released.'],
  ['the update', 'actAs denied', update, actAs, 'calm', 'Nothing was released.'],
  ['the update', 'billing off', update, billing, 'calm', 'Nothing was released.'],
  ['the update', 'out of quota', update, quota, 'repeated', 'Nothing was released.'],
] as const;
const own = rows.filter(([what]) => !(isImage && what === 'the upload'));

const backOf = (log: readonly string[], stage: string) =>
  log.find((line) => /^[✓✗!] /.test(line) && line.includes(stage));

test.each(own)(
  '%s fails (%s): an error, and nothing is rolled back',
  async (_, __, where, fault, pace, message) => {
    const name = `early${++made}`;
    const first = await world.release(name, world.good(), { inputs });
    const before = await world.service(name);
    const restore = world.onCalls((call) => (where(call) ? fault : undefined));
    const ran = await world.release(name, world.good(), { inputs });
    restore();
    expect([ran.report.outcome, ran.report.verdict, ran.exitCode]).toEqual([undefined, 'inconclusive', 1]);
    expect(ran.report.reason).toContain(message);
    expect(backOf(ran.log, 'Roll back')).toBeUndefined();
    const after = await world.service(name);
    expect(after?.traffic).toEqual(before?.traffic);
    expect((await world.record(name))?.phase).toBe('closed');
    expect((await world.serving(name)).map(({ revision }) => revision)).toEqual([first.outputs.revision]);
    if (pace === 'calm') expect(ran.milliseconds).toBeLessThan(20_000);
    else expect(ran.log.join('\n')).toMatch(/Waiting for a quota of \w+, at most \d+ s: Quota exceeded/);
    // What undoes the pin is one write.
    const { stages } = ran.report.evidence.release as ReleaseFacts;
    const failedAt = stages.findIndex(({ verdict }) => verdict === 'fail');
    const undo = stages.slice(failedAt + 1);
    expect(undo.map(({ stage, kind }) => [stage, kind])).toEqual(
      message === 'Nothing was released.' ? [['Undo the pin', 'check']] : [],
    );
    for (const { seconds } of undo) expect(seconds).toBeLessThan(10);
    const settled = await world.post(name, '.', ran, { inputs });
    expect([settled.exitCode, settled.report.verdict]).toEqual([0, 'pass']);
  },
);

test('a first release that is refused ends with an error and is not rejected', async () => {
  const name = `early${++made}`;
  const restore = world.onCalls((call) => (world.makesRevision(call) ? actAs : undefined));
  const ran = await world.release(name, world.good(), { inputs });
  restore();
  expect([ran.report.outcome, ran.exitCode]).toEqual([undefined, 1]);
  expect(ran.report.reason).toContain('Nothing was changed.');
  expect(backOf(ran.log, 'Roll back')).toBeUndefined();
});

ofSource(
  'a release whose code does not build has already changed the function, so it is rolled back',
  async () => {
    const name = `early${++made}`;
    await world.release(name, world.good(), { inputs });
    const ran = await world.release(name, world.good({ buildFails: 'npm install failed' }), { inputs });
    expect([ran.report.outcome, ran.report.verdict]).toEqual(['rolled_back', 'fail']);
  },
);

/** The deploy itself fails, for a reason that its code cannot mend. Each ends with the settings that mend it. */
const obstacles = [
  [
    'a secret that the function may not read',
    { secrets: { 'api-key': { 1: 'ENABLED' } } },
    { secrets: 'K=api-key:latest' },
    /Permission denied on secret/,
  ],
  [
    'an image that Cloud Run may not read',
    { obstacles: { agentNeedsReader: true } },
    {},
    /must have permission to read the image/,
  ],
  [
    'a build account without roles',
    { obstacles: { buildAccountNeedsRole: true } },
    {},
    /missing permission on the build service account/,
  ],
] as const;
test.each(obstacles.filter(([what]) => !(isImage && what === 'a build account without roles')))(
  '%s: taken back, and nothing speaks against the code',
  async (_, settings, more, says) => {
    const name = `early${++made}`;
    await world.release(name, world.good(), { inputs });
    expect((await world.control('PATCH', '/settings', settings)).status).toBe(200);
    const source = world.good();
    const ran = await world.release(name, source, { inputs: { ...inputs, ...more } });
    await world.control('PATCH', '/settings', { secrets: {}, obstacles: {} });
    expect(ran.report.errors[0]).toMatchObject({ code: 'deploy-failed', what: expect.stringMatching(says) });
    expect([ran.report.outcome, ran.report.verdict, ran.exitCode]).toEqual([
      'rolled_back',
      'inconclusive',
      1,
    ]);
    expect(ran.report.evidence.release).toMatchObject({ unjudged: true });
    const again = await world.release(name, source, { inputs });
    expect(again.report.outcome).toBe('promoted');
  },
);

/** The candidate is built, and then something around it fails. */
const around = [
  ['the tag', pin, denied, 3],
  ['reading the revision', matching(/^GET run \S+\/revisions\//), denied, 3],
  ['the canary', pin, denied, 4],
] as const;
test.each(around)(
  '%s fails after the build: taken back, but nothing speaks against the code',
  async (_, where, fault, from) => {
    const name = `early${++made}`;
    const first = await world.release(name, world.good(), { inputs });
    let met = 0;
    let faults = 0;
    const restore = world.onCalls((call) => {
      if (!where(call) || ++met < from || faults >= 2) return undefined;
      faults++;
      return fault;
    });
    const source = world.good();
    const ran = await world.release(name, source, { inputs });
    restore();
    if (faults === 0) throw new Error(`met ${met} calls only`);
    expect([ran.report.outcome, ran.report.verdict, ran.exitCode]).toEqual([
      'rolled_back',
      'inconclusive',
      1,
    ]);
    expect(ran.report.evidence.release).toMatchObject({ unjudged: true });
    expect((await world.record(name))?.failed).toEqual([]);
    expect((await world.serving(name)).map(({ revision }) => revision)).toEqual([first.outputs.revision]);
    const again = await world.release(name, source, { inputs });
    expect(again.report.outcome).toBe('promoted');
  },
);
