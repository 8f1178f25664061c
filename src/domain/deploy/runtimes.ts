import { type Json, type JsonObject, objectOf, textOf } from '../data/json.ts';
import { nearest } from '../data/nearest.ts';
import { enumText } from './enum-text.ts';

/** What Google's live list of runtimes says about one runtime. Dates are ISO days. */
export interface RuntimeSupport {
  name: string;
  state: 'supported' | 'ending' | 'deprecated' | 'decommissioned' | 'unknown';
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

/** A runtime that is deprecated within 90 days is `ending`. `today` is an ISO day. */
export function runtimeSupport(list: readonly JsonObject[], name: string, today: string): RuntimeSupport {
  const second = list.filter((item) => enumText(item.environment, environments) !== 'GEN_1');
  const siblings = second.filter((item) => language(textOf(item.name) ?? '') === language(name));
  const usable = siblings
    .filter(
      (item) => enumText(item.stage, stages) === 'GA' && (dateOf(item.deprecationDate) ?? '9999') > today,
    )
    .map((item) => textOf(item.name) ?? '')
    .sort((a, b) => version(b) - version(a));
  const found = second.find((item) => item.name === name);
  const deprecation = dateOf(found?.deprecationDate);
  const decommission = dateOf(found?.decommissionDate);
  const support: RuntimeSupport = {
    name,
    state: 'supported',
    deprecation,
    decommission,
    newest: usable[0],
    siblings: siblings.map((item) => textOf(item.name) ?? ''),
  };
  const stage = found ? enumText(found.stage, stages) : undefined;
  const soon = new Date(Date.parse(`${today}T00:00:00Z`) + 90 * 86_400_000).toISOString().slice(0, 10);
  if (!found) {
    support.state = 'unknown';
    support.nearest = nearest(
      name,
      second.map((item) => textOf(item.name) ?? ''),
    );
  } else if (stage === 'DECOMMISSIONED' || (decommission !== undefined && decommission <= today))
    support.state = 'decommissioned';
  else if (stage === 'DEPRECATED' || (deprecation !== undefined && deprecation <= today))
    support.state = 'deprecated';
  else if (deprecation !== undefined && deprecation <= soon) support.state = 'ending';
  return support;
}

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
