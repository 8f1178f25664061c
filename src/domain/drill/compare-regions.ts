import type { CapacityFile } from '../capacity/file.ts';
import { cpuCount, memoryBytes } from '../deploy/quantity.ts';
import type { Finding } from '../findings/finding.ts';
import { ofRule } from '../findings/of-rule.ts';
import { drillRules } from '../findings/rules/drill.ts';
import { type RegionFact, slotsOf } from './region.ts';

/** One line of the comparison. `unknown`: neither region says it, or one cannot be read. */
export interface RegionRow {
  what: string;
  first: string;
  second: string;
  is: 'same' | 'differs' | 'unknown';
}

/** What the second region would have to take, and what is known about that. */
export interface Load {
  /** Requests a second that have to be served. */
  needed: number | undefined;
  /** A measurement by `actions/capacity`. */
  measured: CapacityFile | undefined;
}

const row = (what: string, first: string | undefined, second: string | undefined): RegionRow => ({
  what,
  first: first ?? '-',
  second: second ?? '-',
  is:
    first === undefined || second === undefined
      ? first === second
        ? 'unknown'
        : 'differs'
      : first === second
        ? 'same'
        : 'differs',
});

const short = (digest: string | undefined): string | undefined =>
  digest?.replace(/^.*@sha256:/, '').slice(0, 12);

/** The names whose values differ, so that no value is shown. */
function names(
  what: string,
  first: Readonly<Record<string, string>>,
  second: Readonly<Record<string, string>>,
): RegionRow {
  const all = [...new Set([...Object.keys(first), ...Object.keys(second)])].sort();
  const other = all.filter((name) => first[name] !== second[name]);
  const shown = (side: Readonly<Record<string, string>>) =>
    other.length === 0
      ? all.length === 0
        ? 'none'
        : `${all.length}, the same`
      : other.map((name) => (name in side ? name : `no ${name}`)).join(', ');
  return { what, first: shown(first), second: shown(second), is: other.length === 0 ? 'same' : 'differs' };
}

const isModel = (name: string): boolean => name.startsWith('MODEL_');
const only = (env: Readonly<Record<string, string>>, wanted: (name: string) => boolean) =>
  Object.fromEntries(Object.entries(env).filter(([name]) => wanted(name)));

const callers = ({ openTo, invokerCheckOff }: RegionFact): string | undefined =>
  invokerCheckOff
    ? 'nobody is checked'
    : openTo === undefined
      ? undefined
      : openTo.length > 0
        ? openTo.join(', ')
        : 'private';

/** A policy that cannot be read differs from nothing. */
function callersRow(first: RegionFact, second: RegionFact): RegionRow {
  const [here, there] = [callers(first), callers(second)];
  const one = row('callers', here, there);
  return here === undefined || there === undefined ? { ...one, is: 'unknown' } : one;
}

/**
 * Is the same thing alive in both regions? Each region builds its own image, so the digest of the source decides where a release
 * has set one. Without one the image does.
 */
export function compareRegions(first: RegionFact, second: RegionFact): RegionRow[] {
  const bySource = first.source !== undefined || second.source !== undefined;
  return [
    bySource
      ? row('source', first.source, second.source)
      : row('image', short(first.image), short(second.image)),
    row('account', first.account, second.account),
    row('CPU', first.cpu, second.cpu),
    row('memory', first.memory, second.memory),
    row('time limit', first.timeout, second.timeout),
    row('requests at a time', String(first.concurrency), String(second.concurrency)),
    names(
      'variables',
      only(first.env, (name) => !isModel(name)),
      only(second.env, (name) => !isModel(name)),
    ),
    names('secrets', first.secrets, second.secrets),
    names('model', only(first.env, isModel), only(second.env, isModel)),
    row('ingress', first.ingress, second.ingress),
    callersRow(first, second),
    {
      what: 'instances at most',
      first: String(first.instances),
      second: String(second.instances),
      is: slotsOf(second) >= slotsOf(first) ? 'same' : 'differs',
    },
  ];
}

/** What keeps the second region from taking over. */
export function judgeRegions(
  first: RegionFact,
  second: RegionFact | undefined,
  { place, load }: { place: string; load: Load },
): Finding[] {
  const about = [place];
  if (!second)
    return [
      {
        ...ofRule(drillRules, 'drill-region-missing'),
        about,
        title: `There is no service of this name in ${place}.`,
        fix: `Release it there, with region: ${place} and new_region: true.`,
      },
    ];
  if (!second.ready)
    return [
      {
        ...ofRule(drillRules, 'drill-region-down'),
        about,
        title: `The service in ${place} serves nothing that is ready.`,
        fix: `Release it there again, with region: ${place}.`,
      },
    ];
  return [...differences(first, second), ...openness(second), ...loadFindings(first, second, load)];
}

function differences(first: RegionFact, second: RegionFact): Finding[] {
  const other = compareRegions(first, second).filter(
    ({ is, what }) => is === 'differs' && what !== 'callers' && what !== 'instances at most',
  );
  if (other.length === 0) return [];
  return [
    {
      ...ofRule(drillRules, 'drill-region-differs'),
      about: [second.region],
      title: `${second.region} does not serve the same as ${first.region}. Different: ${other.map(({ what }) => what).join(', ')}.`,
      fix: `Release the same commit with the same inputs, with region: ${second.region}.`,
    },
  ];
}

function openness(second: RegionFact): Finding[] {
  const { openTo, invokerCheckOff, region } = second;
  if (!invokerCheckOff && openTo === undefined)
    return [
      {
        ...ofRule(drillRules, 'drill-not-done'),
        about: [region, 'callers'],
        title: `Who may call the service in ${region} could not be read, so nobody knows whether it is private.`,
        fix: 'Grant this login run.services.getIamPolicy on the project, which roles/run.viewer has.',
      },
    ];
  if (!invokerCheckOff && openTo?.length === 0) return [];
  return [
    {
      ...ofRule(drillRules, 'drill-region-open'),
      about: [region],
      title: `The service in ${region} is open: ${invokerCheckOff ? 'its invoker check is off' : `${(openTo ?? []).join(', ')} may call it`}.`,
      fix: `Run the guard with mode: enforce and region: ${region}.`,
    },
  ];
}

function loadFindings(first: RegionFact, second: RegionFact, { needed, measured }: Load): Finding[] {
  const takes = takesRequests(second, measured);
  const isShort =
    needed !== undefined && takes !== undefined ? takes < needed : slotsOf(second) < slotsOf(first);
  if (!isShort) return unmeasured(second, { needed, measured });
  const title =
    needed !== undefined && takes !== undefined
      ? `${second.region} keeps the objective up to ${takes.toFixed(1)} requests a second, by the measurement of ${measured?.measured_at.slice(0, 10)}. Needed are ${needed}.`
      : `${second.region} takes ${slotsOf(second)} requests at a time (${second.instances} instances). ${first.region} takes ${slotsOf(first)}.`;
  return [
    {
      ...ofRule(drillRules, 'drill-region-small'),
      about: [second.region],
      title,
      fix: `Set max_instances higher in the release with region: ${second.region}.`,
    },
  ];
}

/** A rate was asked for, and only the requests at a time could be compared: that says nothing about the rate. */
function unmeasured(second: RegionFact, { needed, measured }: Load): Finding[] {
  if (needed === undefined || takesRequests(second, measured) !== undefined) return [];
  const why = measured
    ? `the measurement of ${measured.measured_at.slice(0, 10)} is of another configuration`
    : 'there is no capacity_file';
  return [
    {
      ...ofRule(drillRules, 'drill-not-done'),
      about: [second.region, 'load'],
      title: `Nobody knows whether ${second.region} takes ${needed} requests a second: ${why}. It takes ${slotsOf(second)} requests at a time, no fewer than the first region.`,
      fix: 'Measure the configuration that serves with actions/capacity, and give its file as capacity_file.',
    },
  ];
}

/** Requests a second that a region takes by the measurement. Undefined: it was measured with another configuration. */
export function takesRequests(region: RegionFact, measured: CapacityFile | undefined): number | undefined {
  if (!measured) return undefined;
  const { cpu, memory_mib: memory, concurrency, instances } = measured.settings;
  const isSame =
    region.cpu !== undefined &&
    cpuCount(region.cpu) === cpu &&
    memoryBytes(region.memory ?? '') === memory * 2 ** 20 &&
    region.concurrency === concurrency;
  return isSame ? (measured.requests_per_second / instances) * region.instances : undefined;
}
