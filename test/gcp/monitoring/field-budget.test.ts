import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { parseFilter } from '../../../sandbox/logs/filter.ts';
import { logMetrics } from '../../../sandbox/logs/log-metrics.ts';
import { writeEntry } from '../../../sandbox/logs/store.ts';
import { objectiveName } from '../../../src/domain/alerting/google/names.ts';
import type { AlertingRequest } from '../../../src/domain/alerting/request.ts';
import type { JsonObject } from '../../../src/domain/data/json.ts';
import { slug } from '../../../src/domain/product.ts';
import { fieldMetrics } from '../../../src/domain/slo/field-metrics.ts';
import { judgeField, type LogField } from '../../../src/domain/slo/log-field.ts';
import { budgetLines } from '../../../src/domain/summary/watch/budget.ts';
import { createClock } from '../../../src/runner/clock.ts';
import { createMonitoring } from '../../../src/sli/metrics/source.ts';
import { budgetGate } from '../../../src/steps/budget/gate.ts';
import { random } from '../../peers/promtool/streams.ts';
import { monitoringWorld, request } from './world.ts';

/** The budget of what the code logs: from the metrics that `actions/slo` keeps, by the real clients, on the sandbox. */

const quality = {
  ...{ id: 'quality', kind: 'log_field' as const, target: 0.9, title: 'readings with confidence' },
  logField: { field: 'jsonPayload.ocr.confidence', below: 0.6 },
} as const;
const asked: AlertingRequest = { ...request, objectives: [quality] };
const metrics = fieldMetrics(request.service, quality);
if (!metrics) throw new Error('no metrics');
const day = 86_400_000;
const silent = { line: () => {}, warning: () => {}, detail: () => {}, debug: () => {} };

let world: Awaited<ReturnType<typeof monitoringWorld>>;
beforeEach(async () => {
  world = await monitoringWorld();
});
afterEach(() => world.stop());

/** The metrics as if they had been made some days ago. */
function madeDaysAgo(days: number): void {
  for (const { body } of logMetrics(world.sandbox.world).values())
    body.createTime = body.updateTime = new Date(world.sandbox.world.now() - days * day).toISOString();
}

function log(
  payload: unknown,
  at: number,
  labels: Record<string, string> = {},
  logName = 'run.googleapis.com%2Fstdout',
): void {
  writeEntry(world.sandbox.world, {
    ...{ insertId: `${at}-${Math.random()}`, timestamp: new Date(at).toISOString(), jsonPayload: payload },
    logName: `projects/${world.project}/logs/${logName}`,
    resource: {
      type: 'cloud_run_revision',
      labels: {
        ...{ service_name: 'ocr-api', location: 'us-central1', revision_name: 'ocr-api-00001-abc' },
        ...labels,
      },
    },
  });
}

const gate = (more: { takenBack?: string[] } = {}) => {
  const { rest, project: projectId } = world;
  const clock = { ...createClock(), now: () => world.sandbox.world.now() };
  return budgetGate(
    { clock, log: silent, source: createMonitoring({ rest, clock, projectId, region: 'us-central1' }) },
    {
      ...{ service: 'ocr-api', objectives: asked.objectives, windowSeconds: asked.windowSeconds },
      onExhausted: 'block',
      readTakenBack: async () => more.takenBack ?? [],
    },
  );
};

test.each([1, 2])('the gate and the SLO in the cloud say the same (stream %s)', async (seed) => {
  await world.run('apply', { asked });
  madeDaysAgo(40);
  const next = random(seed);
  const now = world.sandbox.world.now();
  let bad = 0;
  for (let i = 0; i < 1500; i++) {
    const ours = next() < 0.8;
    const confidence = next() < 0.05 ? 0.3 : 0.6 + 0.4 * next();
    const at = now - 10 * 60_000 - next() * 29 * day;
    if (ours && confidence < 0.6) bad++;
    log({ ocr: { confidence } }, at, ours ? {} : { location: 'europe-west1' });
    // Other lines of the same code, and of another service.
    if (next() < 0.2) log({ message: 'started' }, at);
    if (next() < 0.2) log({ ocr: { confidence: 0.1 } }, at, { service_name: 'other' });
  }
  const { evidence, verdict } = await gate();
  const [row] = evidence.objectives;
  expect(row?.window?.bad).toBe(bad);
  expect(row?.window?.total).toBeGreaterThan(1000);
  expect([verdict, row?.note]).toEqual(['pass', undefined]);
  const filter = `select_slo_budget_fraction("${objectiveName(world.project, asked.slo, 'quality')}")`;
  const end = Math.floor(now / 60_000) * 60_000;
  const { body } = await world.rest.call({
    ...{ api: 'monitoring', method: 'GET', path: `v3/projects/${world.project}/timeSeries` },
    query: { filter, 'interval.endTime': new Date(end).toISOString() },
  });
  const [series] = (body.timeSeries ?? []) as unknown as { points: { value: { doubleValue: number } }[] }[];
  const inCloud = series?.points[0]?.value.doubleValue as number;
  // Entries near the two ends of the window may be in one and not in the other.
  expect(Math.abs(inCloud - (row?.budget?.remaining as number))).toBeLessThan(1e-6);
});

test('a spent budget stops the release, and what a release took back does not', async () => {
  await world.run('apply', { asked });
  madeDaysAgo(40);
  const at = world.sandbox.world.now() - day;
  for (let i = 0; i < 100; i++)
    log({ ocr: { confidence: i < 20 ? 0.1 : 0.9 } }, at, {
      revision_name: i < 20 ? 'ocr-api-00002-bad' : 'ocr-api-00001-abc',
    });
  expect((await gate()).verdict).toBe('fail');
  const left = await gate({ takenBack: ['ocr-api-00002-bad'] });
  expect([left.verdict, left.evidence.takenBack?.bad, left.evidence.objectives[0]?.window]).toEqual([
    'pass',
    20,
    { total: 80, bad: 0 },
  ]);
});

describe('what cannot be counted says so, and stops nothing', () => {
  const noteOf = async () => {
    const { verdict, evidence, reason } = await gate();
    const [row] = evidence.objectives;
    expect(verdict).toBe('pass');
    if (row?.note !== undefined)
      expect(budgetLines(evidence).join('\n')).toContain(`- readings with confidence: ${row.note}`);
    return { note: row?.note, window: row?.window, reason };
  };

  test('without the metrics: what makes them', async () => {
    const { note, window, reason } = await noteOf();
    expect(note).toContain(`${metrics.judged.name}, which would count it, does not exist`);
    expect(note).toContain('mode: apply');
    expect(window).toBeUndefined();
    expect(reason).toContain('The error budget of "readings with confidence" is not known');
  });

  test('metrics of ten days count ten days, and the minute is named', async () => {
    await world.run('apply', { asked });
    madeDaysAgo(10);
    const now = world.sandbox.world.now();
    log({ ocr: { confidence: 0.9 } }, now - 5 * day);
    log({ ocr: { confidence: 0.1 } }, now - 20 * day);
    const { note, window } = await noteOf();
    expect(window).toEqual({ total: 1, bad: 0 });
    expect(note).toMatch(
      /^Counted since \d{4}-\d\d-\d\dT\d\d:\d\dZ only, when its metrics were made or changed\.$/,
    );
  });

  test('metrics that were just made', async () => {
    await world.run('apply', { asked });
    expect((await noteOf()).note).toContain('made or changed a few minutes ago');
  });

  test('a filter that somebody changed is not read', async () => {
    await world.run('apply', { asked });
    madeDaysAgo(40);
    const there = logMetrics(world.sandbox.world).get(metrics.bad.name);
    if (there) there.body.filter = 'severity>=ERROR';
    expect((await noteOf()).note).toContain('counts by another filter');
    expect((await world.run('verify', { asked })).reason).toContain(metrics.bad.name);
    expect((await world.run('apply', { asked })).writes).toBe(1);
    // What was counted by the other filter is not read.
    expect((await noteOf()).note).toContain('a few minutes ago');
    madeDaysAgo(40);
    expect((await noteOf()).note).toBeUndefined();
  });

  test('a metric that is switched off', async () => {
    await world.run('apply', { asked });
    const there = logMetrics(world.sandbox.world).get(metrics.judged.name);
    if (there) there.body.disabled = true;
    expect((await noteOf()).note).toContain('is switched off');
  });
});

describe('the metrics are kept with the SLO', () => {
  test('made before it, a second run writes nothing, and prune deletes them with the objective', async () => {
    const first = await world.run('apply', { asked });
    expect(first.changes.slice(0, 2).map(({ kind, name }) => [kind, name])).toEqual([
      ['metric by logs', metrics.judged.name],
      ['metric by logs', metrics.bad.name],
    ]);
    expect((await world.run('apply', { asked })).writes).toBe(0);
    expect((await world.run('verify', { asked })).verdict).toBe('pass');
    const without = { ...asked, objectives: request.objectives };
    await world.run('apply', { asked: without, prune: true });
    expect([...logMetrics(world.sandbox.world).keys()]).toEqual([]);
  });

  test('one of the same name that somebody else made is left alone', async () => {
    await world.rest.call({
      ...{ api: 'logging', method: 'POST', path: `v2/projects/${world.project}/metrics` },
      body: { name: metrics.bad.name, filter: 'severity>=ERROR', description: 'mine' },
    });
    const { verdict, reason } = await world.run('apply', { asked, prune: true });
    expect([verdict, reason]).toEqual(['fail', expect.stringContaining('not ours')]);
    expect(logMetrics(world.sandbox.world).get(metrics.bad.name)?.body.description).toBe('mine');
  });
});

const values: JsonObject[] = [
  ...[0, 0.59, 0.6, 0.61, -1, 3, 4, 12, 1e9].map((x) => ({ x })),
  ...['', ' ', ' \n\t', 'fallback', 'Fallback', 'fallback ', 'main', 'a.b', 'a"b', 'a\\b', 'aXb', '한'].map(
    (x) => ({ x }),
  ),
  ...['a\nb', 'a\tb', '\u00a0', '\u3000', '\v\u2003\u2028\ufeff', '\u200b', '\u0085'].map((x) => ({ x })),
  ...[{ x: true }, { x: false }, {}, { y: 1 }, { x: { y: 1 } }],
];
test.each<LogField>([
  { field: 'jsonPayload.x', below: 0.6 },
  { field: 'jsonPayload.x', below: -0.5 },
  { field: 'jsonPayload.x', above: 3 },
  { field: 'jsonPayload.x', equals: 'fallback' },
  { field: 'jsonPayload.x', equals: 'a.b' },
  { field: 'jsonPayload.x', equals: 'a"b' },
  { field: 'jsonPayload.x', equals: 'a\\b' },
  { field: 'jsonPayload.x', equals: 'a\nb' },
  { field: 'jsonPayload.x', equals: '한' },
  { field: 'jsonPayload.x', equals: 3 },
  { field: 'jsonPayload.x', equals: true },
  { field: 'jsonPayload.x', empty: true },
])('the filters of %j judge as the watch does', (logField) => {
  const made = fieldMetrics('ocr-api', { id: 'q', logField });
  const counts = (filter = '', jsonPayload: JsonObject) =>
    parseFilter(filter)({
      jsonPayload,
      resource: { type: 'cloud_run_revision', labels: { service_name: 'ocr-api' } },
    });
  for (const payload of values) {
    const verdict = judgeField(payload, logField);
    if (verdict === 'wrong') continue;
    expect([payload, counts(made?.judged.filter, payload), counts(made?.bad.filter, payload)]).toEqual([
      payload,
      verdict !== 'absent',
      verdict === 'bad',
    ]);
  }
});

test('a filter has one line and no character that a reader cannot see', () => {
  for (const logField of [{ equals: 'a\nb" OR severity>=DEFAULT\u0000' }, { empty: true as const }])
    for (const { filter } of Object.values(
      fieldMetrics('ocr-api', { id: 'q', logField: { field: 'jsonPayload.x', ...logField } }) ?? {},
    ))
      expect(filter).toMatch(/^[ -~]+$/);
});

test('a metric has a name of Google’s, and two objectives never share one', () => {
  const logField = { field: 'jsonPayload.x', below: 1 };
  const long = `${'s'.repeat(49)}`;
  const names = ['a'.repeat(63), `${'a'.repeat(62)}b`].flatMap((id) =>
    Object.values(fieldMetrics(long, { id, logField }) ?? {}).map(({ name }) => name),
  );
  expect(new Set(names).size).toBe(4);
  for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9-]{1,99}$/);
});

test('services and objectives whose names read the same when they are joined have metrics of their own', () => {
  const logField = { field: 'jsonPayload.x', below: 1 };
  const namesOf = (service: string, id: string) =>
    Object.values(fieldMetrics(service, { id, logField }) ?? {}).map(({ name }) => name);
  const parts = ['a', 'b', 'bad', 'judged', 'a-b', 'b-a', 'a-bad', 'a-b-a', 'judged-a', 'a'.repeat(40)];
  const names = parts.flatMap((service) => parts.flatMap((id) => namesOf(service, id)));
  expect(new Set(names).size).toBe(2 * parts.length ** 2);
  for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9-]{1,99}$/);
  // A name about which there is no doubt stays as it was.
  expect(namesOf('ocr-api', 'quality')).toEqual([
    `${slug}-ocr-api-quality-judged`,
    `${slug}-ocr-api-quality-bad`,
  ]);
});
