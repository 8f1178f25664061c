import type { World } from '../core/state.ts';
import { inRange } from './addresses.ts';
import { holds, type Seen } from './expressions.ts';
import { computeState, type Json } from './state.ts';

/** What a security policy does with a request. Undefined: it may go on. */
export interface Denial {
  status: number;
  headers?: Record<string, string>;
}

const listOf = (value: unknown): Json[] => (Array.isArray(value) ? (value as Json[]) : []);

/** How many bytes of a body the preconfigured rules see: 8 KB, unless the policy says more. */
export function inspectedBytes(policy: Json): number {
  const { requestBodyInspectionSize = '8KB' } = (policy.advancedOptionsConfig ?? {}) as Json;
  return Number.parseInt(String(requestBodyInspectionSize), 10) * 1024;
}

function matches(rule: Json, seen: Seen): boolean {
  const { versionedExpr, config, expr } = (rule.match ?? {}) as Json;
  if (versionedExpr === 'SRC_IPS_V1')
    return ((config as Json).srcIpRanges as string[]).some((range) => inRange(seen.ip, range));
  return holds(String((expr as Json).expression), seen);
}

const denialOf = (action: string): Denial => ({ status: Number(/\((\d+)\)/.exec(action)?.[1] ?? 403) });

/** The part of a request that has a limit of its own. */
function keyOf(options: Json, seen: Seen): string {
  const one = (type: unknown, name: unknown): string => {
    switch (type) {
      case 'IP':
      case 'USER_IP':
        return seen.ip;
      case 'XFF_IP':
        return (seen.headers['x-forwarded-for'] ?? seen.ip).split(',')[0]?.trim() ?? seen.ip;
      case 'HTTP_HEADER':
        return seen.headers[String(name).toLowerCase()] ?? 'ALL';
      case 'HTTP_PATH':
        return seen.path;
      default:
        return 'ALL';
    }
  };
  const configs = listOf(options.enforceOnKeyConfigs);
  return configs.length > 0
    ? configs.map((each) => one(each.enforceOnKeyType, each.enforceOnKeyName)).join(' ')
    : one(options.enforceOnKey ?? 'ALL', options.enforceOnKeyName);
}

/** Counts a request against the limit of a rule. Returns true if it is above the limit. */
function isAbove(world: World, policy: Json, rule: Json, seen: Seen): boolean {
  const options = rule.rateLimitOptions as Json;
  const { count = 0, intervalSec = 60 } = (options.rateLimitThreshold ?? {}) as Record<string, number>;
  const key = `${policy.name} ${rule.priority} ${keyOf(options, seen)}`;
  const { rates } = computeState(world);
  const now = world.now();
  const spent = rates.get(key);
  if (spent?.bannedUntil !== undefined && now < spent.bannedUntil) return true;
  const window = spent && now - spent.from < intervalSec * 1000 ? spent : { from: now, count: 0 };
  window.count += 1;
  delete window.bannedUntil;
  rates.set(key, window);
  if (window.count <= count) return false;
  if (rule.action === 'rate_based_ban') window.bannedUntil = now + Number(options.banDurationSec ?? 0) * 1000;
  return true;
}

function outcome(world: World, policy: Json, rule: Json, seen: Seen): { action: string; denial?: Denial } {
  const action = String(rule.action);
  if (action === 'allow') return { action };
  if (action === 'redirect') {
    const { target } = (rule.redirectOptions ?? {}) as Json;
    return { action, denial: { status: 302, headers: { location: String(target ?? '/recaptcha') } } };
  }
  if (action.startsWith('deny')) return { action, denial: denialOf(action) };
  if (!isAbove(world, policy, rule, seen)) return { action };
  const exceed = String((rule.rateLimitOptions as Json).exceedAction ?? 'deny(429)');
  return { action: exceed, denial: denialOf(exceed) };
}

/** The first rule that matches decides. A rule in preview only writes down what it would have done. */
export function judge(world: World, policy: Json, seen: Seen): Denial | undefined {
  const { decisions } = computeState(world);
  const rules = listOf(policy.rules).toSorted((a, b) => Number(a.priority) - Number(b.priority));
  for (const rule of rules) {
    if (!matches(rule, seen)) continue;
    const { action, denial } = outcome(world, policy, rule, seen);
    const preview = rule.preview === true;
    decisions.push({
      policy: String(policy.name),
      priority: Number(rule.priority),
      action,
      preview,
      path: seen.path,
    });
    if (decisions.length > 1000) decisions.shift();
    if (!preview) return denial;
  }
  return undefined;
}
