import {
  type OutsideField,
  type OutsideRecord,
  type OutsideSettings,
  outsideFields,
  sameSetting,
} from './settings.ts';

/** What a release that goes back writes to the settings that traffic does not carry. */

/** Fields of the service to write, each with its value. */
export type OutsideChange = Partial<OutsideSettings>;

export interface PutBack {
  change: OutsideChange;
  /** Settings that stay as the release left them, because putting them back could open the function. */
  closed: OutsideField[];
}

const reach = ['INGRESS_TRAFFIC_INTERNAL_ONLY', 'INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER'];
const reachOf = (ingress: string | undefined) => {
  const rank = reach.indexOf(ingress ?? '');
  return rank < 0 ? reach.length : rank;
};

/** Returns true if going from `live` to `before` would let in requests that are kept out now. */
export function opens(field: OutsideField, before: OutsideSettings, live: OutsideSettings): boolean {
  switch (field) {
    case 'ingress':
      return reachOf(before.ingress) > reachOf(live.ingress);
    case 'invokerIamDisabled':
      return before.invokerIamDisabled;
    case 'iapEnabled':
      return !before.iapEnabled;
    case 'defaultUriDisabled':
      return !before.defaultUriDisabled;
    default:
      return false;
  }
}

/**
 * The writes that make the service as it was. A setting that the release did not change, or that another tool or person has changed
 * since, stays. The invoker check is never switched off. Ingress, the default URL and Identity-Aware Proxy are opened again only if the
 * callers are still checked: `isPrivate` says whether the guard saw that, if it has looked.
 */
export function putBack(
  { before, after }: OutsideRecord,
  live: OutsideSettings,
  isPrivate?: boolean | undefined,
): PutBack {
  const checked = isPrivate ?? (!live.invokerIamDisabled || (live.iapEnabled && before.iapEnabled));
  const change: OutsideChange = {};
  const closed: OutsideField[] = [];
  for (const field of outsideFields) {
    if (field === 'labels') {
      const labels = labelsBack(before.labels, after?.labels ?? live.labels, live.labels);
      if (!sameSetting('labels', { ...live, labels }, live)) change.labels = labels;
      continue;
    }
    if (sameSetting(field, before, live)) continue;
    // The guard may have closed the invoker check after the settings were read. It stays closed, and the result says so.
    const stays = opens(field, before, live) && (field === 'invokerIamDisabled' || !checked);
    const ours =
      after === undefined || (!sameSetting(field, before, after) && sameSetting(field, after, live));
    if (stays && (ours || field === 'invokerIamDisabled')) closed.push(field);
    else if (ours) Object.assign(change, { [field]: before[field] ?? 'INGRESS_TRAFFIC_ALL' });
  }
  return { change, closed };
}

/** Undoes the change of each label from `before` to `after`. A label that has changed since then stays. */
function labelsBack(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
  live: Readonly<Record<string, string>>,
): Record<string, string> {
  const labels = new Map(Object.entries(live));
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const was = own(before, name);
    if (was === own(after, name) || own(live, name) !== own(after, name)) continue;
    if (was === undefined) labels.delete(name);
    else labels.set(name, was);
  }
  return Object.fromEntries(labels);
}

const own = (map: Readonly<Record<string, string>>, name: string) =>
  Object.hasOwn(map, name) ? map[name] : undefined;

/** Returns true if the service has every value of the change. */
export const hasChange = (live: OutsideSettings, change: OutsideChange): boolean =>
  (Object.keys(change) as OutsideField[]).every((field) => sameSetting(field, { ...live, ...change }, live));
