import { ReleaseError } from '../../src/domain/errors/errors.ts';
import type { DoorWorld } from './door-world.ts';
import type { Ran } from './release-world.ts';

/** A release that dies at one call of its gateway stage, and who comes after it. */
export interface Death {
  api: 'apigateway' | 'gateway';
  /** The call of that API at which the process dies, counted from the first write to API Gateway. */
  nth: number;
  /** Google still carries this call out. */
  isDone: boolean;
}

const quick = { step_duration: '1s', duration: '1s', canary: 'none', smoke_suite: 'none' };

export const settlers: Record<string, (door: DoorWorld, ran: Ran) => Promise<unknown>> = {
  'its post step': ({ world, options }, ran) => world.post('door', world.good(), ran, options()),
  'the janitor': ({ world }) => world.rollback('door', 'settle', { env: { GITHUB_RUN_ID: '1002' } }),
  'a rollback by hand': ({ world }) => world.rollback('door', 'before', { env: { GITHUB_RUN_ID: '1003' } }),
  // It has no gateway of its own, and still settles what the other one left.
  'the next release': ({ world }) =>
    world.release('door', world.good(), { inputs: quick, env: { GITHUB_RUN_ID: '1004' } }),
};

/** Opens the gateway with a first document, so that there is a configuration to go back to. */
export async function firstDocument({ world, write, options }: DoorWorld): Promise<void> {
  write('first');
  const first = await world.release('door', world.good(), options());
  if (first.report.outcome !== 'promoted') throw new Error(first.report.reason);
}

let made = 0;

/** Runs a release that dies. Undefined if its gateway stage has fewer calls. */
async function killed(door: DoorWorld, { api, nth, isDone }: Death): Promise<Ran | undefined> {
  const { world } = door;
  door.write(`dies${++made}`);
  const abort = new AbortController();
  let isStage = false;
  let seen = 0;
  const restore = world.onCalls((call) => {
    if (abort.signal.aborted) return { reset: 'before' };
    isStage ||= call.api === 'apigateway' && call.method === 'POST';
    if (!isStage || call.api !== api || ++seen < nth) return undefined;
    abort.abort(new ReleaseError('cancelled', { what: 'dead' }));
    return { reset: isDone ? 'after' : 'before' };
  });
  const ran = await world.release('door', world.good(), door.options(undefined, { signal: abort.signal }));
  restore();
  // A process that was killed has saved no end.
  return abort.signal.aborted ? { ...ran, state: { release: ran.state.release ?? '' } } : undefined;
}

/** What the gateway names, once Google's own work is over. It goes on after the process is dead. */
async function atRest({ gateway, world }: DoorWorld): Promise<string | undefined> {
  while (gateway()?.state !== 'ACTIVE') await world.clock.sleep(200);
  return gateway()?.apiConfig;
}

/**
 * A release dies, and somebody settles it.
 * @returns undefined if the stage has fewer calls; `left` says which configuration the dead release left; `wrong` what is wrong at the end
 */
export async function endOfDeath(
  door: DoorWorld,
  death: Death,
  who: string,
): Promise<{ left: 'old' | 'new'; wrong: string | undefined } | undefined> {
  const { world } = door;
  const [before, config] = [await door.serving(), door.gateway()?.apiConfig];
  const ran = await killed(door, death);
  if (ran === undefined) return undefined;
  const left = (await atRest(door)) === config ? 'old' : 'new';
  world.setRun('1001', 'completed');
  const said = await settlers[who]?.(door, ran);
  const [record, now] = [await world.record('door'), await atRest(door)];
  const problems = [
    now === config ? '' : `the gateway names ${now}, and ${config} before`,
    record?.gateway ? 'the record still names the gateway' : '',
    record?.phase === 'closed' ? '' : `the record is ${record?.phase}`,
    who === 'the next release' || (await door.serving()) === before ? '' : 'the traffic is not back',
  ].filter((text) => text !== '');
  return {
    left,
    wrong:
      problems.length === 0
        ? undefined
        : `${JSON.stringify(death)}, then ${who}: ${problems.join('; ')}\n${JSON.stringify(said)}`,
  };
}
