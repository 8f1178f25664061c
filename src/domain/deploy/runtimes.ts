import { type Json, type JsonObject, objectOf, textOf } from '../data/json.ts';
import { nearest } from '../data/nearest.ts';
import { enumText } from './enum-text.ts';
import { endOfRuntime, newestRuntime, type RuntimeState, scheduleDate, stateOn } from './runtime-dates.ts';

/** How long Google supports one runtime. Dates are ISO days. */
export interface RuntimeSupport {
  name: string;
  state: RuntimeState | 'unknown';
  /** Who says so: Google's live list, or the schedule that this version knows. */
  said: 'list' | 'schedule';
  deprecation: string | undefined;
  decommission: string | undefined;
  /** Newest generally available runtime of the same language. */
  newest: string | undefined;
  /** The name that a misspelt one most probably means. */
  nearest?: string | undefined;
  /** All names of second-generation runtimes of the same language. */
  siblings: string[];
}

const stages = [
  'RUNTIME_STAGE_UNSPECIFIED',
  'DEVELOPMENT',
  'ALPHA',
  'BETA',
  'GA',
  'DEPRECATED',
  'DECOMMISSIONED',
];
const environments = ['ENVIRONMENT_UNSPECIFIED', 'GEN_1', 'GEN_2'];

/** google.type.Date as an ISO day. A missing month or day counts as 1. */
function dateOf(value: Json | undefined): string | undefined {
  const { year, month, day } = objectOf(value);
  if (typeof year !== 'number' || year === 0) return undefined;
  const two = (part: Json | undefined) =>
    String(typeof part === 'number' && part > 0 ? part : 1).padStart(2, '0');
  return `${year}-${two(month)}-${two(day)}`;
}

const language = (name: string) => name.replace(/\d+$/, '');
const version = (name: string) => Number(/\d+$/.exec(name)?.[0] ?? -1);

/**
 * How long Google supports a runtime. The live list speaks first. The schedule adds dates that the list does not give, and speaks
 * alone for a runtime that the list no longer has, or where the list could not be read. `today` is an ISO day. Undefined if neither
 * knows the runtime because there is no list.
 */
export function runtimeSupport(list: readonly JsonObject[], name: string, today: string): RuntimeSupport;
export function runtimeSupport(
  list: readonly JsonObject[] | undefined,
  name: string,
  today: string,
): RuntimeSupport | undefined;
export function runtimeSupport(
  list: readonly JsonObject[] | undefined,
  name: string,
  today: string,
): RuntimeSupport | undefined {
  const scheduled = endOfRuntime(name, today);
  const second = (list ?? []).filter((item) => enumText(item.environment, environments) !== 'GEN_1');
  const nameOf = (item: JsonObject) => textOf(item.name) ?? '';
  const siblings = second.filter((item) => language(nameOf(item)) === language(name));
  const usable = siblings
    .filter(
      (item) => enumText(item.stage, stages) === 'GA' && (dateOf(item.deprecationDate) ?? '9999') > today,
    )
    .map(nameOf)
    .sort((a, b) => version(b) - version(a));
  const known = { name, newest: usable[0] ?? newestOf(list, name, today), siblings: siblings.map(nameOf) };
  const found = second.find((item) => item.name === name);
  if (!found) {
    if (scheduled && (list === undefined || scheduled.state === 'decommissioned'))
      return { ...known, ...scheduled, said: 'schedule' };
    if (list === undefined) return undefined;
    const dates = { deprecation: undefined, decommission: undefined };
    return { ...known, ...dates, state: 'unknown', said: 'list', nearest: nearest(name, second.map(nameOf)) };
  }
  const own = { deprecation: dateOf(found.deprecationDate), decommission: dateOf(found.decommissionDate) };
  const dates = {
    deprecation: own.deprecation ?? scheduled?.deprecation,
    decommission: own.decommission ?? scheduled?.decommission,
  };
  const state = stateIn(enumText(found.stage, stages), dates, today);
  const said = state === stateIn(enumText(found.stage, stages), own, today) ? 'list' : 'schedule';
  return { ...known, ...dates, state, said };
}

/** What a stage and the dates say together: the later state counts. */
function stateIn(
  stage: string | undefined,
  dates: Parameters<typeof stateOn>[0],
  today: string,
): RuntimeState {
  const byDates = stateOn(dates, today);
  if (stage === 'DECOMMISSIONED') return 'decommissioned';
  return stage === 'DEPRECATED' && byDates !== 'decommissioned' ? 'deprecated' : byDates;
}

/** Where there is no list, the schedule names the newest runtime. */
const newestOf = (list: readonly JsonObject[] | undefined, name: string, today: string) =>
  list === undefined ? newestRuntime(name, today) : undefined;

/** Who says so, for people. */
export const sourceOf = ({ said }: RuntimeSupport): string =>
  said === 'list' ? 'GET cloudfunctions v2 runtimes' : `Google's schedule of runtimes as of ${scheduleDate}`;

/** One sentence about a runtime that is not fully supported. */
export function runtimeText(support: RuntimeSupport): string {
  const { name, deprecation, decommission } = support;
  const dates = [deprecation && `deprecated ${deprecation}`, decommission && `decommissioned ${decommission}`]
    .filter(Boolean)
    .join(', ');
  if (support.state === 'unknown')
    return `The runtime ${name} is not in Google's list for this region.${support.nearest ? ` Did you mean ${support.nearest}?` : ''}`;
  if (support.state === 'decommissioned')
    return `The runtime ${name} was removed (${dates || 'decommissioned'}): Google no longer builds it.`;
  if (support.state === 'deprecated')
    return `The runtime ${name} is deprecated (${dates || 'no dates given'}): it gets no security updates.`;
  return `The runtime ${name} will soon be deprecated (${dates}).`;
}
