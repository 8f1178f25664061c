import { objectOf, textOrEmpty } from '../data/json.ts';
import type { PostureFacts } from './facts.ts';
import { defaultUrlOpen, serviceJson } from './read-service.ts';
import type { Row } from './row.ts';

/** One way from the Internet to the service, with what stands in it. */
export interface Door {
  name: string;
  /** What a request meets on this way, in order. */
  meets: readonly { name: string; holds: 'yes' | 'no' | 'unknown' }[];
  /** `closed`: no request of the Internet comes in this way. */
  state: 'open' | 'guarded' | 'closed' | 'unknown';
}

/** What a hole begins with that only says that another way leads around the protection. */
const otherWays = new Set(['ingress', 'gateway', 'default-url', 'backend']);

/** How a protection stands on its own way. */
function holds(rows: readonly Row[], id: Row['id']): 'yes' | 'no' | 'unknown' {
  const row = rows.find((one) => one.id === id);
  if (!row || row.state === 'unknown') return 'unknown';
  const own = row.holes.filter(
    ({ about, severity }) => !otherWays.has(about[0] ?? '') && severity !== 'low' && severity !== 'info',
  );
  return row.state === 'absent' || own.length > 0 ? 'no' : 'yes';
}

/** Every way in: the service's own URLs, each balancer, each gateway. */
export function doorsOf(facts: PostureFacts, rows: readonly Row[]): Door[] {
  const { exposure, backends, judgement } = facts;
  const raw = serviceJson(facts);
  const iam = {
    name: 'IAM',
    holds: judgement.exposure === 'private' ? 'yes' : judgement.exposure === 'public' ? 'no' : 'unknown',
  } as const;
  const direct =
    raw.iapEnabled === true ? [{ name: 'Identity-Aware Proxy', holds: holds(rows, 'posture-iap') }] : [];
  const guarded = (meets: Door['meets']): Door['state'] =>
    meets.some((one) => one.holds === 'yes')
      ? 'guarded'
      : meets.some((one) => one.holds === 'unknown')
        ? 'unknown'
        : 'open';
  const door = (name: string, open: boolean | undefined, meets: Door['meets']): Door => ({
    name,
    meets,
    state: open === undefined ? 'unknown' : open ? guarded(meets) : 'closed',
  });
  const read = facts.service?.ok === true || exposure.function.ok;
  const doors = [door('Default URL', read ? defaultUrlOpen(raw) : undefined, [...direct, iam])];
  if (exposure.service?.ok && exposure.service.value.tagUrls.length > 0)
    doors.push(door('URLs of tags', defaultUrlOpen(raw), [...direct, iam]));
  const none = /NONE|INTERNAL_ONLY/.test(textOrEmpty(raw.ingress));
  if (backends.ok)
    for (const { service, policy } of backends.value)
      doors.push(
        door(`Load balancer ${textOrEmpty(service.name)}`, !none, [
          ...(policy ? [{ name: 'Cloud Armor', holds: holds(rows, 'posture-armor') }] : []),
          ...(objectOf(service.iap).enabled === true
            ? [{ name: 'Identity-Aware Proxy', holds: holds(rows, 'posture-iap') }]
            : direct),
          iam,
        ]),
      );
  for (const { name, host, openOperations } of exposure.gateways?.ok ? exposure.gateways.value : [])
    doors.push(
      // A gateway calls as itself, so what IAM asks of it says nothing about its callers.
      door(`Gateway ${host || name}`, true, [
        { name: 'Keys and tokens', holds: openOperations.length > 0 ? 'no' : 'yes' },
      ]),
    );
  return doors;
}
