import type { World } from '../core/state.ts';
import { badField } from './errors.ts';
import { isSupported } from './expressions.ts';
import { type Collection, type Json, referred } from './state.ts';

const listOf = (value: unknown): Json[] => (Array.isArray(value) ? (value as Json[]) : []);

/** Every reference of a URL map to a backend service, with the field that has it. */
function servicesOf(map: Json): [field: string, reference: unknown][] {
  const found: [string, unknown][] = [];
  if (map.defaultService !== undefined) found.push(['resource.defaultService', map.defaultService]);
  for (const [i, matcher] of listOf(map.pathMatchers).entries()) {
    if (matcher.defaultService !== undefined)
      found.push([`resource.pathMatchers[${i}].defaultService`, matcher.defaultService]);
    for (const [j, rule] of [...listOf(matcher.pathRules), ...listOf(matcher.routeRules)].entries())
      if (rule.service !== undefined)
        found.push([`resource.pathMatchers[${i}].rules[${j}].service`, rule.service]);
  }
  return found;
}

const sizes = ['8KB', '16KB', '32KB', '48KB', '64KB'];
const last = 2_147_483_647;

/** What a rule of a security policy must have (compute v1 SecurityPolicyRule). */
export function checkRule(rule: Json, field: string): void {
  const { priority, action, rateLimitOptions, match } = rule;
  if (!Number.isInteger(priority) || Number(priority) < 0 || Number(priority) > last)
    throw badField(`${field}.priority`, priority, 'Must be between 0 and 2147483647.');
  const limits = action === 'throttle' || action === 'rate_based_ban';
  if (!limits && !/^(allow|deny\((403|404|502)\)|redirect)$/.test(String(action)))
    throw badField(`${field}.action`, action, 'The action is not supported.');
  if (limits !== (rateLimitOptions !== undefined))
    throw badField(
      `${field}.rateLimitOptions`,
      '',
      'Goes with the actions throttle and rate_based_ban only.',
    );
  const { versionedExpr, config, expr } = (match ?? {}) as Json;
  if ((versionedExpr === undefined) === (expr === undefined))
    throw badField(`${field}.match`, '', 'Exactly one of versionedExpr and expr must be specified.');
  if (versionedExpr !== undefined && listOf((config as Json | undefined)?.srcIpRanges).length === 0)
    throw badField(`${field}.match.config.srcIpRanges`, '', 'At least one range must be specified.');
  const text = (expr as Json | undefined)?.expression;
  if (expr !== undefined && (typeof text !== 'string' || !isSupported(text)))
    throw badField(`${field}.match.expr.expression`, text, 'The expression is not valid.');
}

/** The default rule closes every policy: it allows all, unless the policy has one of its own. */
function completed(policy: Json): Json {
  const rules = listOf(policy.rules);
  if (rules.some(({ priority }) => priority === last)) return policy;
  const closing = {
    ...{ priority: last, action: 'allow', preview: false, description: 'default rule' },
    match: { versionedExpr: 'SRC_IPS_V1', config: { srcIpRanges: ['*'] } },
  };
  return { ...policy, rules: [...rules, closing] };
}

/** Refuses what Compute Engine refuses, and returns the resource as it keeps it. */
export function accepted(world: World, collection: Collection, resource: Json): Json {
  const refer = (field: string, value: unknown) => {
    if (!referred(world, value)) throw badField(field, value, 'The referenced resource does not exist.');
  };
  switch (collection.name) {
    case 'forwardingRules':
      refer('resource.target', resource.target);
      return resource;
    case 'targetHttpsProxies':
    case 'targetHttpProxies':
      refer('resource.urlMap', resource.urlMap);
      return resource;
    case 'urlMaps': {
      for (const [field, value] of servicesOf(resource)) refer(field, value);
      const names = new Set(listOf(resource.pathMatchers).map(({ name }) => name));
      for (const { pathMatcher } of listOf(resource.hostRules))
        if (!names.has(pathMatcher))
          throw badField('resource.hostRules[0].pathMatcher', pathMatcher, 'No path matcher has this name.');
      if (resource.defaultService === undefined && resource.defaultUrlRedirect === undefined)
        throw badField('resource.defaultService', '', 'A URL map must have a default service.');
      return resource;
    }
    case 'backendServices': {
      for (const [i, { group }] of listOf(resource.backends).entries())
        refer(`resource.backends[${i}].group`, group);
      const iap = resource.iap as Json | undefined;
      if (iap?.enabled === true && resource.enableCDN === true)
        throw badField('resource.iap', 'enabled', 'IAP and Cloud CDN cannot be enabled together.');
      return resource;
    }
    case 'networkEndpointGroups': {
      if (resource.networkEndpointType !== 'SERVERLESS')
        throw badField(
          'resource.networkEndpointType',
          resource.networkEndpointType,
          'A regional group is SERVERLESS here.',
        );
      const ends = ['cloudRun', 'cloudFunction', 'appEngine'].filter((name) => resource[name] !== undefined);
      if (ends.length !== 1)
        throw badField('resource', '', 'Exactly one of cloudRun, cloudFunction and appEngine must be set.');
      const { service, urlMask } = (resource.cloudRun ?? {}) as Json;
      if (resource.cloudRun !== undefined && service === undefined && urlMask === undefined)
        throw badField('resource.cloudRun', '', 'A service or a URL mask must be set.');
      return resource;
    }
    case 'securityPolicies': {
      const size = ((resource.advancedOptionsConfig ?? {}) as Json).requestBodyInspectionSize;
      if (size !== undefined && !sizes.includes(String(size)))
        throw badField(
          'resource.advancedOptionsConfig.requestBodyInspectionSize',
          size,
          `One of ${sizes.join(', ')}.`,
        );
      const priorities = new Set<unknown>();
      for (const [i, rule] of listOf(resource.rules).entries()) {
        checkRule(rule, `resource.rules[${i}]`);
        if (priorities.has(rule.priority))
          throw badField(`resource.rules[${i}].priority`, rule.priority, 'Two rules have this priority.');
        priorities.add(rule.priority);
      }
      return completed(resource);
    }
  }
  return resource;
}

/** Who still uses a resource. A resource in use cannot be deleted. */
export function userOf(link: string, all: Iterable<Json>): string | undefined {
  const path = link.replace(/^.*?\/projects\/[^/]+\//, '');
  for (const resource of all)
    if (resource.selfLink !== link && JSON.stringify({ ...resource, selfLink: '' }).includes(`/${path}"`))
      return String(resource.selfLink);
  return undefined;
}
