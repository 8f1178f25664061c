import { type JsonObject, listOf, objectOf, textOf, textOrEmpty, textsOf } from '../../../data/json.ts';

/** Readers of a compute v1 SecurityPolicy. */

export interface ArmorRule {
  priority: number;
  action: string;
  preview: boolean;
  /** CEL expression, or undefined if the rule names ranges of addresses. */
  expression: string | undefined;
  /** True if the rule fits every request. */
  everything: boolean;
  /** True if the expression asks a set of prepared signatures. */
  signatures: boolean;
  /** True if the expression first asks for something else, such as a path, so that other requests pass. */
  narrow: boolean;
  keys: readonly RateKey[];
  /** True if the rule has a limit. */
  limited: boolean;
}

export interface RateKey {
  type: string;
  name: string;
}

function keysOf(options: JsonObject): RateKey[] {
  const list = listOf(options.enforceOnKeyConfigs).map(objectOf);
  if (list.length > 0)
    return list.map(({ enforceOnKeyType, enforceOnKeyName }) => ({
      type: textOf(enforceOnKeyType) ?? 'ALL',
      name: textOrEmpty(enforceOnKeyName),
    }));
  return [{ type: textOf(options.enforceOnKey) ?? 'ALL', name: textOrEmpty(options.enforceOnKeyName) }];
}

/** Sensitivity 0 switches every signature off that is not named (opt_in_rule_ids), and a negation refuses everything else. */
const signaturesIn = (expression: string): boolean =>
  [...expression.matchAll(/(!?)\s*evaluatePreconfigured(?:Waf|Expr)\s*\(([^)]*)\)/g)].some(
    ([, not, options = '']) =>
      not !== '!' && !(/'sensitivity'\s*:\s*0\b/.test(options) && !options.includes('opt_in_rule_ids')),
  );

function ruleOf(raw: JsonObject): ArmorRule {
  const match = objectOf(raw.match);
  const expression = textOf(objectOf(match.expr).expression);
  const ranges = textsOf(objectOf(match.config).srcIpRanges);
  const options = objectOf(raw.rateLimitOptions);
  return {
    priority: typeof raw.priority === 'number' ? raw.priority : Number(raw.priority ?? 2_147_483_647),
    action: textOrEmpty(raw.action),
    preview: raw.preview === true,
    expression,
    everything:
      expression === undefined
        ? ranges.some((range) => range === '*' || range === '0.0.0.0/0')
        : /^\s*true\s*$/.test(expression),
    signatures: signaturesIn(expression ?? ''),
    narrow: /&&/.test(expression ?? ''),
    keys: keysOf(options),
    limited: raw.rateLimitOptions !== undefined,
  };
}

/** The rules in the order in which they are asked. */
export const rulesOf = (policy: JsonObject): ArmorRule[] =>
  listOf(policy.rules)
    .map((rule) => ruleOf(objectOf(rule)))
    .sort((a, b) => a.priority - b.priority);

export const isDeny = ({ action }: ArmorRule): boolean => /^deny/.test(action);
export const isLimit = ({ action }: ArmorRule): boolean => /^(throttle|rate_based_ban)$/.test(action);

/**
 * The first enforced rule that fits every request. No rule after it is ever asked: also a limit decides, since a request
 * below it is allowed.
 */
export const endOf = (rules: readonly ArmorRule[]): ArmorRule | undefined =>
  rules.find((rule) => rule.everything && !rule.preview);

/** The rules that a request can meet. */
export function asked(rules: readonly ArmorRule[]): ArmorRule[] {
  const end = endOf(rules);
  return end === undefined ? [...rules] : rules.filter(({ priority }) => priority <= end.priority);
}

/** How many bytes of a body the policy looks at. Cloud Armor's default is 8 KB. */
export function inspectedBytes(policy: JsonObject): number {
  const size = textOrEmpty(objectOf(policy.advancedOptionsConfig).requestBodyInspectionSize);
  return Number(/^(\d+)KB$/.exec(size)?.[1] ?? 8) * 1024;
}

/** True if the policy only guards a cache, where it never sees a body. */
export const isEdge = (policy: JsonObject): boolean => policy.type === 'CLOUD_ARMOR_EDGE';
