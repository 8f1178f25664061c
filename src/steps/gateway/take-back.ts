import { messageOf } from '../../domain/errors/errors.ts';
import type { Finding } from '../../domain/findings/finding.ts';
import { ofRule } from '../../domain/findings/of-rule.ts';
import { gatewayRules } from '../../domain/findings/rules/gateway.ts';
import type { Verdict } from '../../domain/findings/verdict.ts';
import type { RecordedGateway } from '../../domain/traffic/record.ts';
import { openPathOf } from './document.ts';
import { holdBack } from './hold-back.ts';
import { point } from './point.ts';
import type { GatewayPorts, GatewayRequest } from './ports.ts';
import { isSame, shortOf } from './result.ts';
import { isLasting, MovedByOthers } from './wait.ts';

export interface TakenBack {
  /** `fail`: it has to be tried again. */
  verdict: Verdict;
  reason: string;
  findings: Finding[];
  changed: string[];
}

interface How extends Pick<GatewayRequest, 'paceMs' | 'timeoutMs' | 'signal'> {
  /** Nobody knows whether Google ever got the move, so it may still come. */
  isUnsure?: boolean;
}

/**
 * Moves a gateway back that an earlier stage, or an earlier run, has moved. It is left alone if it names something else by now: then
 * somebody else has moved it.
 */
export async function takeBack(
  ports: GatewayPorts,
  { name, from: before, to: config }: RecordedGateway,
  { paceMs, timeoutMs, signal, isUnsure = false }: How,
): Promise<TakenBack> {
  const { clock, gateways } = ports;
  const gateway = shortOf(name);
  const pace = { paceMs, deadline: clock.steady() + timeoutMs, signal };
  const changed: string[] = [];
  const leave = (reason: string, findings: Finding[] = []): TakenBack => ({
    verdict: 'inconclusive',
    reason,
    findings,
    changed,
  });
  const notBack = (title: string, fix: string): Finding => ({
    ...ofRule(gatewayRules, 'gateway-not-back'),
    title,
    fix,
  });
  try {
    const now = await gateways.gateway(name, signal);
    if (!now) return leave(`${gateway} does not exist any more, so it is not made again`);
    const isBack = isSame(now.config, before);
    if (!isBack && !isSame(now.config, config))
      return leave(`${gateway} names ${shortOf(now.config)} by now, so it is left alone`);
    const open = isBack ? undefined : openPathOf(await gateways.config(before, signal));
    if (open !== undefined) {
      const title = `${gateway} stays on ${shortOf(config)}, because ${shortOf(before)} has an open path (${open})`;
      const fix =
        'Correct the document or the backend, and release again. Do not move the gateway back to the open path.';
      return leave(title, [notBack(`${title}.`, fix)]);
    }
    const known = { names: { gateway: name }, gateway: now, leaves: config };
    await point(ports, known, before, pace);
    if (!isBack) changed.push(`Moved the gateway ${gateway} back to ${shortOf(before)}.`);
    if (isUnsure)
      await holdBack(ports, { ...known, config, before }, pace, (what) => void changed.push(what));
    const reason = changed[0]?.replace(/\.$/, '') ?? `The gateway ${gateway} names ${shortOf(before)}`;
    return { verdict: 'pass', reason, findings: [], changed };
  } catch (error) {
    if (error instanceof MovedByOthers) return leave(error.what);
    const title = `${gateway} could not be moved back to ${shortOf(before)}: ${messageOf(error)}`;
    const fix = `${isLasting(error) ? 'Grant this identity apigateway.gateways.get and apigateway.gateways.update, and move' : 'Move'} ${gateway} to ${shortOf(before)}.`;
    return { verdict: 'fail', reason: title, findings: [notBack(title, fix)], changed };
  }
}
