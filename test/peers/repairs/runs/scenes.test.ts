import { expect, jest, test } from '@jest/globals';
import { awsScenes } from '../../aws/scenes.ts';
import { azureScenes } from '../../azure/scenes.ts';
import { allPrinted } from '../printed/all.ts';
import { WarmGcloud } from '../warm-gcloud.ts';
import { scenes } from './all.ts';
import { notPlayed } from './not-run.ts';
import { playAll } from './session.ts';

/**
 * A run fails and prints a repair. Exactly this text is pasted into a shell with a real gcloud, and the same run succeeds.
 * The whole state of the cloud is compared: nothing was widened, lost or taken away. `npm run peers -- repairs` plays every
 * scene, and here a few of each kind.
 */

// Two processes and a shell for each scene, on a machine that may be busy.
jest.setTimeout(600_000);

const entries = [...new Set([...allPrinted().values()].flat())];
const played = new Set([...scenes, ...awsScenes, ...azureScenes].flatMap(({ from }) => from));

test('every entry of the catalogues is played, or has a reason why not', () => {
  const left = entries.filter((entry) => !played.has(entry));
  expect(left.filter((entry) => !notPlayed.some(([pattern]) => pattern.test(entry)))).toEqual([]);
  for (const [pattern, why] of notPlayed) {
    expect([String(pattern), left.some((entry) => pattern.test(entry))]).toEqual([String(pattern), true]);
    expect(why.length).toBeGreaterThan(15);
  }
  expect(scenes.length).toBeGreaterThanOrEqual(75);
  expect(new Set(scenes.map(({ name }) => name)).size).toBe(scenes.length);
});

const sample = [
  'a chain of accounts',
  'a provider that maps no subject of GitHub',
  'an encryption key that the service agents may not use',
  'a lock file out of step',
  'run.services.update on the service is missing',
  'allAuthenticatedUsers holds roles/run.invoker on the folder',
  'another provider of the pool without a condition',
];

(WarmGcloud.isHere() ? test : test.skip)('a sample: fail, paste, succeed', async () => {
  const some = scenes.filter(({ name }) => sample.includes(name));
  expect(some).toHaveLength(sample.length);
  const found = await playAll(some);
  console.log(`${found.length} of ${scenes.length} scenes were played`);
  expect(found.filter(({ problems }) => problems.length > 0)).toEqual([]);
});
