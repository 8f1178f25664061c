/**
 * Every call of a gateway's release times every fault, and every call at which a release can die: `npm run peers -- gateway`.
 * `test/sweep/gateway.test.ts`, `test/steps/gateway/killed.test.ts` and `test/steps/release/gateway-killed.test.ts` try a sample. There is no foreign program here: what is asked is the gateway itself, from outside.
 */
import { doorWorld } from '../../support/door-world.ts';
import { installFastTime } from '../../support/fast-time.ts';
import { endOfDeath, firstDocument, settlers } from '../../support/gateway-deaths.ts';
import { endOfKill, successors } from '../../support/gateway-kills.ts';
import { countCalls, endOf, everyFault } from '../../support/gateway-sweep.ts';
import { servingGateway } from '../../support/gateway-world.ts';

const swept = await servingGateway();
try {
  const all = everyFault(await countCalls(swept));
  const wrong: string[] = [];
  const started = Date.now();
  for (const [index, fault] of all.entries()) {
    const problem = await endOf(swept, index, fault);
    if (problem) {
      wrong.push(problem);
      console.log(problem);
    }
  }
  console.log(`${all.length} faults, ${wrong.length} wrong, ${Math.round((Date.now() - started) / 1000)} s`);
  if (wrong.length > 0) process.exitCode = 1;
} finally {
  await swept.stop();
}

// A run of the action that is killed at each of its calls, before or after Google carries it out, and everybody who can come next.
// Each of them in a project of its own: Google keeps at most 100 configurations of an API.
const ends = { old: 0, new: 0, wrong: 0 };
for (const after of successors) {
  const w = await servingGateway();
  try {
    for (const isDone of [true, false])
      for (let nth = 1; ; nth++) {
        const end = await endOfKill(w, 1000 + ends.old + ends.new, { nth, isDone, after });
        if (end === undefined) break;
        ends[end.left] += 1;
        if (end.wrong) ends.wrong += 1;
        if (end.wrong) console.log(end.wrong);
      }
  } finally {
    await w.stop();
  }
}
console.log(
  `${ends.old + ends.new} killed runs (${ends.new} left the new configuration, ${ends.old} the old one), ${ends.wrong} wrong`,
);
if (ends.wrong > 0) process.exitCode = 1;

/** A release that is killed at each call of its gateway stage, and everybody who can come after it. */
const time = installFastTime(10);
const door = await doorWorld(time.clock);
try {
  await firstDocument(door);
  const left = { old: 0, new: 0 };
  let deaths = 0;
  const wrong: string[] = [];
  for (const [index, who] of Object.keys(settlers).entries())
    for (const api of ['apigateway', 'gateway'] as const)
      for (let nth = 1; ; nth++) {
        // Two of the four meet a call that Google still carries out, and two one that it never gets.
        const end = await endOfDeath(door, { api, nth, isDone: (nth + index) % 2 === 0 }, who);
        if (end === undefined) break;
        deaths += 1;
        left[end.left] += 1;
        if (end.wrong) wrong.push(end.wrong);
        if (end.wrong) console.log(end.wrong);
      }
  console.log(
    `${deaths} deaths (${left.new} left the new configuration, ${left.old} the old one), ${wrong.length} wrong`,
  );
  if (wrong.length > 0) process.exitCode = 1;
} finally {
  await door.world.close();
  time.restore();
}
