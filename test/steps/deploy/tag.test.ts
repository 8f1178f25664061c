import { expect, test } from '@jest/globals';
import { revisionType, type TrafficTarget } from '../../../src/domain/traffic/traffic.ts';
import type { DeployPorts, DeployRequest } from '../../../src/steps/deploy/ports.ts';
import { startRun } from '../../../src/steps/deploy/run.ts';
import { giveTag } from '../../../src/steps/deploy/tag.ts';
import { FakeService } from '../../support/fake-service.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const serving: TrafficTarget = { type: revisionType, revision: 'ocr-1', percent: 100 };
const tagged: TrafficTarget = { type: revisionType, revision: 'ocr-2', tag: 'next' };

function world(tag: string | undefined) {
  const clock = new VirtualClock();
  const service = new FakeService(clock, [serving]);
  const log = { line: () => {}, warning: () => {}, detail: () => {}, debug: () => {} };
  const ports = { services: service.services, clock, log } as unknown as DeployPorts;
  const run = startRun(ports, {
    project: 'p',
    region: 'l',
    name: 'ocr',
    deadlineSeconds: 600,
    tag,
  } as unknown as DeployRequest);
  run.result.service = service.name;
  service.appears('ocr-2');
  run.result.revision = 'ocr-2';
  return { service, run };
}

test('the new revision gets its tag and no traffic, and a second run writes nothing', async () => {
  const { service, run } = world('next');
  await giveTag(run);
  expect(service.traffic).toEqual([serving, tagged]);
  expect(run.result.actions.map(({ what }) => what)).toEqual(['tag next given to ocr-2']);
  const before = service.patches;
  await giveTag(run);
  expect(service.patches).toEqual(before);
});

test('without a tag nothing is read or written', async () => {
  const { service, run } = world(undefined);
  await giveTag(run);
  expect([service.patches, service.traffic, run.result.tagUrl]).toEqual([[], [serving], undefined]);
});

test('a write whose answer was lost counts, and is not repeated', async () => {
  const { service, run } = world('next');
  service.onPatch = (nth) => (nth === 1 ? 'lost' : undefined);
  await giveTag(run);
  expect(service.traffic).toEqual([serving, tagged]);
});
