import { expect, test } from '@jest/globals';
import { isTurn, partText } from '../../support/part.ts';
import { excusedRuns } from './excused.ts';
import { problemsOf } from './judge.ts';
import { allPrinted } from './printed/all.ts';
import { oneOfEach, runAll, runnable } from './session.ts';
import { WarmGcloud } from './warm-gcloud.ts';

/**
 * A real gcloud runs one printed command of each shape on the sandbox, a third of them each day, and `npm run peers -- repairs`
 * runs them all. Every command works, and changes exactly what its text says: nothing is widened, lost or taken away.
 */

const all = runnable();
const some = oneOfEach(all);
/** What makes a role, a bucket or a lock file comes every day, because other commands need it. */
const ofToday = some.filter((command, i) => / (roles|buckets) create |\bnpm /.test(command) || isTurn(i, 3));

(WarmGcloud.isHere() ? test : test.skip)(
  'a printed command works, and changes exactly what it says',
  async () => {
    const found = await runAll(ofToday);
    console.log(partText(found.length, all.length, 'commands ran'));
    expect(found.length).toBeGreaterThanOrEqual(Math.floor(some.length / 3));
    expect(found.filter(({ problems }) => problems.length > 0)).toEqual([]);
  },
  1_200_000,
);

test('few commands are excused from running, each for a reason that still holds', () => {
  const texts = [...allPrinted().keys()];
  for (const [pattern, why] of excusedRuns) {
    expect([String(pattern), texts.some((command) => pattern.test(command))]).toEqual([
      String(pattern),
      true,
    ]);
    expect(why.length).toBeGreaterThan(10);
  }
  expect(excusedRuns.length).toBeLessThanOrEqual(13);
  // test/peers/aws runs those for AWS, and test/peers/azure those for Azure.
  expect(texts.filter((command) => !/^(aws|az) /.test(command)).length - all.length).toBeLessThanOrEqual(21);
  expect(some.length).toBeGreaterThan(70);
});

test('an effect that is not the printed one is a problem', () => {
  const command =
    'gcloud projects add-iam-policy-binding sandbox-project --member=user:a@b.c --role=roles/browser --condition=None';
  const line = '//cloudresourcemanager.googleapis.com/projects/sandbox-project roles/browser user:';
  const effect = { command, error: undefined, came: [`${line}a@b.c`], went: [] };
  expect(problemsOf(effect)).toEqual([]);
  expect(problemsOf({ ...effect, went: [`${line}x@b.c`] })).toHaveLength(1);
  expect(problemsOf({ ...effect, came: [`${line}a@b.c`, `${line}x@b.c`] })).toHaveLength(1);
  expect(problemsOf({ ...effect, came: [] })).toHaveLength(1);
  expect(problemsOf({ ...effect, error: '1: no' })).toHaveLength(1);
  const update = 'gcloud run services update ocr --project=p --region=r --ingress=all';
  expect(problemsOf({ ...effect, command: update, came: ['revision ocr-00003-abc'] })).toHaveLength(1);
});
