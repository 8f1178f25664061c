import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { recordMetric } from '../../../sandbox/logs/metrics-store.ts';
import { objectiveName } from '../../../src/domain/alerting/google/names.ts';
import { budgetOf } from '../../../src/domain/budget/budget.ts';
import { limitOf } from '../../../src/domain/slo/objective.ts';
import { createClock } from '../../../src/runner/clock.ts';
import { createMonitoring } from '../../../src/sli/metrics/source.ts';
import { sliObjectivesOf } from '../../../src/steps/ports/sli.ts';
import { random } from '../../peers/promtool/streams.ts';
import { monitoringWorld, request } from './world.ts';

let world: Awaited<ReturnType<typeof monitoringWorld>>;
beforeEach(async () => {
  world = await monitoringWorld();
  await world.run('apply');
});
afterEach(() => world.stop());

/** What the generated SLO says remains, computed by the sandbox from the SLO's own filters. */
async function inCloud(objective: string, at: number): Promise<number | undefined> {
  const filter = `select_slo_budget_fraction("${objectiveName(world.project, request.slo, objective)}")`;
  const { body } = await world.rest.call({
    api: 'monitoring',
    method: 'GET',
    path: `v3/projects/${world.project}/timeSeries`,
    query: { filter, 'interval.endTime': new Date(at).toISOString() },
  });
  const [series] = (body.timeSeries ?? []) as unknown as { points: { value: { doubleValue: number } }[] }[];
  return series?.points[0]?.value.doubleValue;
}

test.each([1, 2, 3])('the budget that watch prints is the one in the cloud (stream %s)', async (seed) => {
  const next = random(seed);
  const now = Math.floor(world.sandbox.world.now() / 60_000) * 60_000 - 10 * 60_000;
  for (let i = 0; i < 3000; i++)
    recordMetric(world.sandbox.world, {
      service: next() < 0.9 ? 'ocr-api' : 'other',
      location: next() < 0.9 ? 'us-central1' : 'europe-west1',
      revision: next() < 0.5 ? 'ocr-api-00001-abc' : 'ocr-api-00002-def',
      status: [200, 200, 200, 200, 404, 429, 500, 503][Math.floor(next() * 8)] as number,
      // Far from the bound of the objective, so that no bucket of the histogram holds both sides.
      milliseconds: next() < 0.95 ? next() * 2000 : 30_000 + next() * 1000,
      at: now - next() * 29 * 86_400_000,
    });
  const source = createMonitoring({
    ...{ rest: world.rest, clock: createClock(), projectId: world.project, region: 'us-central1' },
  } as never);
  const windows = await source.total(
    { service: 'ocr-api', objectives: sliObjectivesOf(request.objectives) },
    now - request.windowSeconds * 1000,
    now,
  );
  for (const objective of request.objectives) {
    const window = windows[objective.id];
    const budget = window && budgetOf(window, limitOf(objective));
    expect(window?.total).toBeGreaterThan(2000);
    expect(
      Math.abs(((await inCloud(objective.id, now)) as number) - (budget?.remaining as number)),
    ).toBeLessThan(1e-6);
  }
});
