import { expect, test } from '@jest/globals';
import { revisionType } from '../../../src/domain/traffic/traffic.ts';
import { watchStep } from '../../../src/steps/release/phases/watch.ts';
import type { ReleasePorts, WatchTarget } from '../../../src/steps/release/ports.ts';
import type { ReleaseRequest } from '../../../src/steps/release/request.ts';
import { newRun } from '../../../src/steps/release/run.ts';
import { FakeService } from '../../support/fake-service.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

test('a hanging read of the old revision does not delay the decision of the watch', async () => {
  const clock = new VirtualClock();
  const service = new FakeService(clock, [{ type: revisionType, revision: 'ocr-1', percent: 100 }]);
  let asked = 0;
  const revision = async (_service: string, name: string, signal?: AbortSignal) => {
    // The first read gets its answer before the shift, and the second one never gets an answer.
    if (++asked > 1) await clock.sleep(3_600_000, signal);
    return { name, ready: true };
  };
  const watch = async (_: WatchTarget, signal: AbortSignal) => {
    await clock.sleep(20_000, signal);
    return { verdict: 'fail', next: 'roll_back', reason: 'it is worse' } as const;
  };
  const log = { line: () => {}, warning: () => {}, detail: () => {}, debug: () => {} };
  const ports = {
    clock,
    log,
    services: { ...service.services, revision },
    stages: { watch },
    signal: new AbortController().signal,
  } as unknown as ReleasePorts;
  const request = {
    owner: { id: 'a', repository: 'acme/ocr', run: '1', attempt: 1 },
    canary: [50, 100],
    stepSeconds: 300,
    fullSeconds: 300,
    buildSeconds: 60,
    lookSeconds: 15,
  } as unknown as ReleaseRequest;
  const run = newRun(ports, request);
  service.appears('ocr-2');
  run.live = { ...run.live, service: service.name };
  run.found = { ...run.found, before: { revision: 'ocr-1', traffic: service.traffic } };
  run.candidate = 'ocr-2';
  run.state = { ...run.state, phase: 'canary' };
  const started = clock.now();
  expect(await watchStep(run)).toEqual({ event: 'regressed', reason: 'it is worse' });
  expect(asked).toBe(2);
  expect(clock.now() - started).toBeLessThan(30_000);
});
