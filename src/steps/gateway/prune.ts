import { messageOf } from '../../domain/errors/errors.ts';
import { ofRule } from '../../domain/findings/of-rule.ts';
import { gatewayRules } from '../../domain/findings/rules/gateway.ts';
import { ownLabel } from './own-label.ts';
import type { GatewayPorts, GatewayRequest } from './ports.ts';
import { type Change, type GatewayResult, isSame, type Known, shortOf } from './result.ts';
import { unprovedFrom } from './unproved.ts';

/**
 * Removes old configurations that this action made and that no gateway of any region names, or has to go back to. A failure costs
 * nothing. Returns what was removed.
 */
export async function prune(
  { gateways, log }: GatewayPorts,
  request: GatewayRequest,
  { names, gateway }: Known,
  result: GatewayResult,
  change: Change,
): Promise<readonly string[]> {
  const { signal } = request;
  const pruned: string[] = [];
  try {
    const all = await gateways.configs(names.api, signal);
    const ours = all
      .filter(({ labels }) => labels['managed-by'] === ownLabel['managed-by'])
      .sort((a, b) => (a.createTime < b.createTime ? 1 : -1));
    const kept = [names.config, ...(gateway ? [gateway.config] : [])];
    const old = ours
      .filter(({ name }) => !kept.some((one) => isSame(one, name)))
      .slice(Math.max(0, request.keep - kept.length));
    if (old.length === 0) return pruned;
    const used = await gateways.all(request.project, signal);
    if (!used) throw new Error('The gateways of some region could not be listed.');
    // A gateway that was moved and not proved yet goes back to what it named before.
    const needed = used.flatMap((one) => {
      const names = all.find(({ name }) => isSame(one.config, name));
      return [one.config, unprovedFrom(names, one.name) ?? []].flat();
    });
    for (const { name } of old.filter((one) => !needed.some((each) => isSame(each, one.name)))) {
      await gateways.deleteConfig(name, signal);
      pruned.push(shortOf(name));
    }
  } catch (error) {
    log.debug(messageOf(error));
    result.findings.push({
      ...ofRule(gatewayRules, 'gateway-not-pruned'),
      title: `Old configurations were not all removed: ${messageOf(error)}`,
    });
  }
  if (pruned.length > 0) change(`Removed ${pruned.length} old configurations: ${pruned.join(', ')}.`);
  result.evidence.pruned = [...result.evidence.pruned, ...pruned];
  return pruned;
}
