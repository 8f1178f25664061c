import { gatewayState } from '../../sandbox/gateway/state.ts';
import type { RecordedGateway } from '../../src/domain/traffic/record.ts';
import type { GatewayPorts } from '../../src/steps/gateway/ports.ts';
import type { GatewayResult } from '../../src/steps/gateway/result.ts';
import { takeBack } from '../../src/steps/gateway/take-back.ts';
import { forgetUnproved } from '../../src/steps/gateway/unproved.ts';
import { addition } from './gateway-sweep.ts';
import type { GatewayWorld } from './gateway-world.ts';

/** A run of `actions/gateway` that is killed at one of its calls, and who comes after it. No record of a release helps here. */
export interface Kill {
  /** The call at which the process dies, counted from its start. */
  nth: number;
  /** Google still carries this call out. */
  isDone: boolean;
  after: (typeof successors)[number];
}

export const successors = [
  'the same document',
  'the same document, which cannot be proved',
  'another document, which cannot be proved',
  'the document before',
  'the post step',
] as const;

/** A process that dies at its nth call. Nothing that it does later reaches anybody. */
function mortal(ports: GatewayPorts, { nth, isDone }: Kill, death: { isOver: boolean }): GatewayPorts {
  let seen = 0;
  const dead = () => new Error('killed');
  const call = async (work: () => Promise<unknown>): Promise<unknown> => {
    if (death.isOver) throw dead();
    if (++seen < nth) return work();
    death.isOver = true;
    if (isDone) await work();
    throw dead();
  };
  const each = <T extends object>(target: T): T =>
    new Proxy(target, {
      get: (all, name) => {
        const method = Reflect.get(all, name) as (...args: unknown[]) => Promise<unknown>;
        return (...args: unknown[]) => call(() => method.apply(all, args));
      },
    });
  return {
    ...ports,
    gateways: each(ports.gateways),
    prober: each(ports.prober),
    clock: {
      ...ports.clock,
      sleep: async (ms, signal) => {
        if (death.isOver) throw dead();
        await ports.clock.sleep(ms, signal);
      },
    },
  };
}

/** The documents by the configurations that they became. */
const texts = new Map<string, string>();

async function note(w: GatewayWorld, text: string): Promise<GatewayResult> {
  const result = await w.run(text, { timeoutMs: 60_000 });
  await w.settled();
  texts.set(result.evidence.config, text);
  return result;
}

/**
 * A run is killed, and somebody comes after it.
 * @returns undefined if the run has fewer calls; `left` says which configuration the dead run left; `wrong` what is wrong at the end
 */
export async function endOfKill(
  w: GatewayWorld,
  index: number,
  kill: Kill,
): Promise<{ left: 'old' | 'new'; wrong: string | undefined } | undefined> {
  if (texts.get(w.state().names) === undefined) await note(w, w.document({ rest: addition(`base${index}`) }));
  const old = w.state().names;
  const broken = { backend: 'http://127.0.0.1:9' };
  const [bad, next] = [kill.after.startsWith('the same document,'), kill.after.startsWith('another')];
  const text = w.document({ rest: addition(`kill${index}`), ...(bad ? broken : {}) });
  const death = { isOver: false };
  let move: RecordedGateway | undefined;
  const begins = (begun: RecordedGateway) => {
    move = begun;
  };
  // What a dead process says, nobody hears.
  await w.run(text, { begins }, mortal(w.ports(), kill, death)).catch(() => undefined);
  if (!death.isOver) return undefined;
  const state = gatewayState(w.sandbox.world);
  while ([...state.gateways.values()].some((one) => one.state !== 'ACTIVE'))
    await new Promise((done) => setTimeout(done, 5));
  await w.settled();
  const left = w.state().names === old ? 'old' : 'new';
  const labelled = () =>
    [...state.configs.values()].some(
      ({ name, labels = {} }) =>
        name.endsWith(`/${w.state().names}`) && Object.keys(labels).some((key) => key.includes('came-from')),
    );
  // It may have died after its proof. Then the new one is what there is to go back to.
  const last = left === 'new' && !labelled() ? w.state().names : old;

  let said = '';
  let config = '';
  if (kill.after === 'the post step') {
    const begun = move as RecordedGateway | undefined;
    if (begun) {
      const signal = AbortSignal.timeout(60_000);
      const back = await takeBack(w.ports(), begun, {
        paceMs: 15,
        timeoutMs: 60_000,
        signal,
        isUnsure: true,
      });
      await forgetUnproved(w.ports(), begun.name, begun.to, signal);
      said = back.reason;
    }
  } else {
    const before = kill.after === 'the document before' ? (texts.get(old) ?? '') : text;
    const result = await note(w, next ? w.document({ rest: addition(`next${index}`), ...broken }) : before);
    ({ config } = result.evidence);
    said = `${result.outcome}: ${result.reason}`;
  }
  await w.settled();
  const { names, serves } = w.state();
  const wanted = kill.after === 'the same document' ? config : next ? last : old;
  const problems = [
    names === wanted ? '' : `the gateway names ${names}, and should name ${wanted} (${old} before)`,
    names === serves ? '' : `it serves ${serves}`,
    labelled() ? 'it counts as unproved' : '',
    (await w.call('/health')) === 401 ? '' : '/health is open',
    (await w.call('/health', 'GET', { 'x-api-key': w.key })) === 200
      ? ''
      : 'a caller with a key is not served',
  ].filter((problem) => problem !== '');
  return {
    left,
    wrong: problems.length === 0 ? undefined : `${JSON.stringify(kill)}: ${problems.join('; ')} (${said})`,
  };
}
