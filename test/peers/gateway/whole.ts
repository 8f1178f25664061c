/**
 * Every call of a gateway's release times every fault: `npm run peers -- gateway`. `test/sweep/gateway.test.ts` tries a sample. There is no
 * foreign program here: what is asked is the gateway itself, from outside.
 */
import { countCalls, endOf, everyFault } from '../../support/gateway-sweep.ts';
import { gatewayWorld } from '../../support/gateway-world.ts';

const w = await gatewayWorld();
try {
  const first = await w.run(w.document());
  if (first.verdict !== 'pass') throw new Error(first.reason);
  await w.settled();
  const all = everyFault(await countCalls(w));
  const wrong: string[] = [];
  const started = Date.now();
  for (const [index, fault] of all.entries()) {
    const problem = await endOf(w, index, fault);
    if (problem) {
      wrong.push(problem);
      console.log(problem);
    }
  }
  console.log(`${all.length} faults, ${wrong.length} wrong, ${Math.round((Date.now() - started) / 1000)} s`);
  if (wrong.length > 0) process.exitCode = 1;
} finally {
  await w.stop();
}
