/** Plays 500 random schedules of releases, rollbacks, kills and moved aliases against a real MLflow server: `npm run peers -- model`. */
import { closeConnections } from '../../../src/http/send.ts';
import { installFastTime } from '../../support/fast-time.ts';
import { MlflowServer, mlflowProgram } from '../../support/mlflow.ts';
import { openWorld, play } from './schedules.ts';

const from = Number(process.env.FROM ?? 1);
const many = Number(process.env.MANY ?? 500);
/** Each world keeps every revision, so it is replaced now and then. */
const perWorld = 20;

if (!mlflowProgram) console.log('Skipped: MLflow is missing. `.ci/run` installs it.');
else {
  const mlflow = await MlflowServer.start(mlflowProgram);
  const time = installFastTime(10);
  const ends = { agree: 0, told: 0 };
  let broken = 0;
  try {
    for (let seed = from; seed < from + many; seed += perWorld) {
      const world = await openWorld(time);
      for (let one = seed; one < Math.min(seed + perWorld, from + many); one++) {
        const played = await play(world, mlflow, one);
        ends[played.end]++;
        if (played.violations.length === 0) continue;
        broken++;
        console.log([`seed ${one}:`, ...played.violations, ...played.steps].join('\n  '));
      }
      await world.close();
      console.log(
        `${ends.agree + ends.told} schedules: ${ends.agree} agree, ${ends.told} told, ${broken} broken`,
      );
    }
  } finally {
    closeConnections();
    time.restore();
    await mlflow.stop();
  }
  if (broken > 0) process.exitCode = 1;
}
