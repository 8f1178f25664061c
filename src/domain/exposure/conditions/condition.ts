import { evaluate } from '../../cel/evaluate.ts';
import { parse } from '../../cel/parse.ts';
import type { Holds } from '../policy/policy.ts';

/**
 * Evaluates the condition of a binding as far as its result is certain (cloud.google.com/iam/docs/conditions-attribute-reference).
 * `no` means that it holds neither now nor later, for none of the resources on the way to the function.
 */

/** What a condition can see of a resource. */
export interface SeenResource {
  name: string;
  service: string;
  type: string;
}

export interface ConditionScene {
  /** Milliseconds since the epoch. */
  now: number;
  /** The resources that a caller uses on the way to the function: its service, its project, accounts. */
  resources: readonly SeenResource[];
}

const literals = /("""[\s\S]*?"""|'''[\s\S]*?'''|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')/;
/** The clock of this machine may be wrong by as much as this. */
const skewMs = 5 * 60_000;
/** A placeholder for the number of the project, which a pattern in the condition may ask for. */
const someNumber = '100000000001';
const longAfterMs = 50 * 365 * 86_400_000;

/**
 * Constructs with which a `false` is not certain: `has` turns a missing attribute into false, times of the day come round
 * again, durations move the moment, and a time that is computed is not among those that are tried.
 */
const uncertain =
  /\bhas\s*\(|\.\s*get\w+\s*\(|\b(duration|int|uint|double|string)\s*\(|\b(timestamp|date)\s*\(\s*(?!""\s*\))/;
/**
 * Constructs that are not evaluated at all, because a `false` of them for the names that are tried says little about the
 * names that Google uses: patterns and loops.
 */
const costly = /\bmatches\s*\(|\.\s*(all|exists|exists_one|map|filter)\s*\(/;
/** Conditions of IAM are short. More text or more names than these are not evaluated either. */
const maxLength = 4000;
const maxNames = 20;

/** Moments at which a comparison with one of the times in the text can change its result. */
function moments(expression: string, now: number): Date[] {
  const named = expression
    .split(literals)
    .filter((_, index) => index % 2 === 1)
    .map((text) => Date.parse(text.replace(/^r?["']+|["']+$/g, '')))
    .filter((time) => time > now - skewMs);
  const all = [now - skewMs, now, now + longAfterMs, ...named.flatMap((time) => [time - 1, time, time + 1])];
  return all.map((time) => new Date(time));
}

/**
 * A condition may name the project by its id or its number, and Cloud Run is not among the services whose resources a
 * condition can see (conditions-resource-attributes). So each resource is tried under each name, and as one without a name.
 */
function disguises(expression: string, resources: readonly SeenResource[]): SeenResource[] {
  const numbers = [...new Set([someNumber, ...(expression.match(/\d{6,}/g) ?? [])])];
  const types = [...expression.matchAll(/["']([a-z]+\.googleapis\.com\/\w+)["']/g)].map(
    ([, type = '']) => type,
  );
  const named = resources.flatMap((resource) => [
    resource,
    ...numbers.map((number) => ({
      ...resource,
      name: resource.name.replace(/^projects\/[^/]+/, `projects/${number}`),
    })),
  ]);
  const typed = named.flatMap((resource) => [
    resource,
    ...types.filter((type) => type.startsWith(`${resource.service}/`)).map((type) => ({ ...resource, type })),
  ]);
  return [{ name: '', service: '', type: '' }, ...typed];
}

/** True for a condition that only Google can evaluate, even if it looks false here. */
function isUncertain(expression: string): boolean {
  const pieces = expression.split(literals);
  const code = pieces.filter((_, index) => index % 2 === 0).join('""');
  const texts = pieces.filter((_, index) => index % 2 === 1).join('\n');
  // The unique id of a service account is not known here.
  if (/serviceAccounts\/\d{15,}/.test(texts)) return true;
  return uncertain.test(code);
}

/** True for a condition that is too long or too costly to try. */
function isCostly(expression: string): boolean {
  if (expression.length > maxLength) return true;
  const pieces = expression.split(literals);
  return pieces.length > 2 * maxNames || costly.test(pieces.filter((_, index) => index % 2 === 0).join('""'));
}

export function conditionHolds(expression: string, { now, resources }: ConditionScene): Holds {
  if (isCostly(expression)) return 'unknown';
  const seen = disguises(expression, resources);
  const parsed = parse(expression);
  const results = (time: Date) =>
    seen.map((resource) => evaluate(parsed, { request: { time }, resource: { ...resource } }));
  if (results(new Date(now)).every((result) => result === true)) return 'yes';
  const never = moments(expression, now)
    .flatMap(results)
    .every((result) => result === false);
  return never && !isUncertain(expression) ? 'no' : 'unknown';
}
