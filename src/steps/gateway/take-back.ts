import { messageOf } from '../../domain/errors/errors.ts';
import type { Finding } from '../../domain/findings/finding.ts';
import { ofRule } from '../../domain/findings/of-rule.ts';
import { gatewayRules } from '../../domain/findings/rules/gateway.ts';
import type { Verdict } from '../../domain/findings/verdict.ts';
import { openPathOf } from './document.ts';
import { point } from './point.ts';
import type { GatewayPorts, GatewayRequest } from './ports.ts';
import { isSame, shortOf } from './result.ts';

export interface TakenBack {
  verdict: Verdict;
  reason: string;
  findings: Finding[];
  changed: string[];
}

/**
 * Moves a gateway back that an earlier stage has moved. It is left alone if it names something else by now: then somebody else has
 * moved it.
 */
export async function takeBack(
  ports: GatewayPorts,
  { project, region, paceMs, timeoutMs }: Pick<GatewayRequest, 'project' | 'region' | 'paceMs' | 'timeoutMs'>,
  { gateway, from, to }: { gateway: string; from: string; to: string },
  signal: AbortSignal,
): Promise<TakenBack> {
  const { clock, gateways } = ports;
  const names = { gateway: `projects/${project}/locations/${region}/gateways/${gateway}` };
  const pace = { paceMs, deadline: clock.steady() + timeoutMs, signal };
  try {
    const now = await gateways.gateway(names.gateway, signal);
    if (!now)
      return {
        verdict: 'inconclusive',
        reason: `${gateway} does not exist any more, so it is not made again`,
        findings: [],
        changed: [],
      };
    if (!isSame(now.config, from) && !isSame(now.config, to))
      return {
        verdict: 'inconclusive',
        reason: `${gateway} names ${shortOf(now.config)} by now, so it is left alone`,
        findings: [],
        changed: [],
      };
    const open = isSame(now.config, to) ? undefined : openPathOf(await gateways.config(to, signal));
    if (open !== undefined)
      return {
        verdict: 'inconclusive',
        reason: `${gateway} stays on ${shortOf(from)}, because ${shortOf(to)} has an open path (${open})`,
        findings: [],
        changed: [],
      };
    await point(ports, { names, gateway: now }, to, pace);
    const what = `Moved the gateway ${gateway} back to ${shortOf(to)}.`;
    return { verdict: 'pass', reason: what.replace(/\.$/, ''), findings: [], changed: [what] };
  } catch (error) {
    const title = `${gateway} could not be moved back to ${shortOf(to)}: ${messageOf(error)}`;
    return {
      verdict: 'fail',
      reason: title,
      findings: [
        {
          ...ofRule(gatewayRules, 'gateway-not-back'),
          title,
          fix: `Move ${gateway} to ${shortOf(to)}.`,
        },
      ],
      changed: [],
    };
  }
}
