import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { closeConnections } from '../../../src/http/send.ts';
import { type FastTime, installFastTime } from '../../support/fast-time.ts';
import { MlflowServer, mlflowProgram } from '../../support/mlflow.ts';
import { isTurn, partText } from '../../support/part.ts';
import type { ReleaseWorld } from '../../support/release-world.ts';
import { openWorld, play } from './schedules.ts';

/** A sample of `npm run peers -- model`: three of six schedules each day. */
jest.setTimeout(300_000);
if (!mlflowProgram)
  console.warn(
    'Skipped: MLflow is missing, so no schedule runs against a real server. `.ci/run` installs it.',
  );

const all = [1001, 1002, 1003, 1004, 1005, 1006];
const ofToday = all.filter((seed) => isTurn(seed, 2));
if (mlflowProgram) console.log(partText(ofToday.length, all.length, 'schedules'));

(mlflowProgram ? describe : describe.skip)('random schedules against a real MLflow server', () => {
  let time: FastTime;
  let world: ReleaseWorld;
  let mlflow: MlflowServer;
  beforeAll(async () => {
    mlflow = await MlflowServer.start(mlflowProgram as string);
    time = installFastTime(10);
    world = await openWorld(time);
  });
  afterAll(async () => {
    closeConnections();
    await world.close();
    time.restore();
    await mlflow.stop();
  });

  test.each(ofToday)('seed %i: traffic, record and alias agree, or the report says so', async (seed) => {
    const { violations, steps } = await play(world, mlflow, seed);
    expect({ violations, steps: violations.length > 0 ? steps : [] }).toEqual({
      violations: [],
      steps: [],
    });
  });
});
