import { fingerprint } from '../../domain/data/fingerprint.ts';
import { messageOf } from '../../domain/errors/errors.ts';
import { ownLabelPrefix } from '../../domain/product.ts';
import type { ConfigFact, GatewayPorts, GatewayRequest } from './ports.ts';
import { isSame, type Known, shortOf } from './result.ts';
import { isRefusal, operationEnd } from './wait.ts';

/**
 * Until a move is proved, labels of the new configuration say what the gateway named before. A run that is killed leaves no other trace.
 * Several gateways can name one configuration, so the keys tell which gateway is meant.
 */
type Labels = Readonly<Record<string, string>>;

const keysOf = (gateway: string): { config: string; api: string } => {
  const id = fingerprint(gateway.replace(/^projects\/[^/]+/, ''));
  return { config: `${ownLabelPrefix}came-from-${id}`, api: `${ownLabelPrefix}came-from-api-${id}` };
};

const parts =
  /^(projects\/[^/]+\/locations\/[^/]+\/apis)\/([a-z][a-z0-9-]{0,62})\/configs\/([a-z][a-z0-9-]{0,62})$/;
const isId = (text: string | undefined): text is string => /^[a-z][a-z0-9-]{0,62}$/.test(text ?? '');

/** What to write. Undefined: the name is no name that a label can hold. */
export function cameFrom(gateway: string, before: string): Labels | undefined {
  const [, , api, config] = parts.exec(before) ?? [];
  const keys = keysOf(gateway);
  return api !== undefined && config !== undefined ? { [keys.api]: api, [keys.config]: config } : undefined;
}

/** Full name of what the gateway named before it was moved to this configuration, if that move was never proved. */
export function unprovedFrom(config: ConfigFact | undefined, gateway: string): string | undefined {
  if (!config) return undefined;
  const keys = keysOf(gateway);
  const [api, id] = [config.labels[keys.api], config.labels[keys.config]];
  const [, apis] = parts.exec(config.name) ?? [];
  if (apis === undefined || !isId(api) || !isId(id)) return undefined;
  const from = `${apis}/${api}/configs/${id}`;
  return isSame(from, config.name) ? undefined : from;
}

/** Writes the labels before the move. A configuration that was made for this move has them already. */
export async function markUnproved(
  ports: GatewayPorts,
  request: Pick<GatewayRequest, 'paceMs' | 'timeoutMs' | 'signal'>,
  { config, names }: Known,
  before: string,
): Promise<void> {
  const labels = cameFrom(names.gateway, before);
  if (!config || !labels || Object.entries(labels).every(([key, value]) => config.labels[key] === value))
    return;
  const { clock, gateways, log } = ports;
  try {
    const operation = await gateways.label(config.name, { ...config.labels, ...labels }, request.signal);
    const pace = { ...request, deadline: clock.steady() + request.timeoutMs };
    await operationEnd({ gateways, clock, log }, pace, operation);
    config.labels = { ...config.labels, ...labels };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    log.warning(
      `If this run is killed, the next one cannot take the gateway back, because it is not written down where it was: ${messageOf(error)}`,
    );
  }
}

/** Removes the labels: the move is proved or taken back. What stands there by now is read first, because other gateways may have labels there too. */
export async function forgetUnproved(
  ports: GatewayPorts,
  gateway: string,
  config: string,
  signal: AbortSignal,
): Promise<void> {
  const { gateways, log } = ports;
  try {
    const now = await gateways.config(config, signal);
    const keys = keysOf(gateway);
    if (!now || (now.labels[keys.api] === undefined && now.labels[keys.config] === undefined)) return;
    const { [keys.api]: _, [keys.config]: __, ...others } = now.labels;
    await gateways.label(config, others, signal);
  } catch (error) {
    log.warning(
      `${shortOf(config)} still says that its move was not proved, so the next run proves it again: ${messageOf(error)}`,
    );
  }
}
