import { entryOf } from '../yaml/node.ts';
import { type Api, alternativesOf, nameOf, namesOf, type Operation } from './api.ts';
import type { Tell } from './problem.ts';

/** Quotas: whether there are any, and whether Google can count them. */
export function lintQuota(api: Api, tell: Tell): void {
  const quotaOf = (name: string) => entryOf(entryOf(api.root, name)?.value, 'quota');
  const declared = quotaOf('x-google-management') ?? quotaOf('x-google-api-management');
  if (!declared && api.operations.every(({ costs }) => costs.length === 0)) {
    if (api.backends.length > 0)
      tell('gateway-quota', {
        at: { line: 1, column: 1 },
        title: 'The definition sets no quota, so one caller can use the function without limit.',
        fix: `Add ${api.version === 3 ? 'x-google-api-management' : 'x-google-management'} with a metric and a limit, and x-google-quota to each operation.`,
        evidence: 'no quota',
      });
    return;
  }
  for (const { name, metric, at } of api.limits)
    if (!api.metrics.has(metric))
      tell('gateway-quota', {
        at,
        title: `The limit ${name || '(without a name)'} counts ${metric ? `the metric ${metric}, which is` : 'a metric that is'} not declared.`,
        fix: 'Declare the metric, or name one that is declared.',
        evidence: `limit ${name} metric ${metric}`,
      });
  for (const operation of api.operations) lintOperation(api, operation, tell);
}

function lintOperation(api: Api, operation: Operation, tell: Tell): void {
  const { costs } = operation;
  const at = { line: operation.entry.keyLine, column: operation.entry.keyColumn };
  const name = nameOf(operation);
  const unknown = costs.find(({ metric }) => !api.metrics.has(metric));
  if (unknown)
    tell('gateway-quota', {
      at: unknown.at,
      title: `${name} spends the metric ${unknown.metric}, which is not declared.`,
      fix: 'Declare the metric, or name one that is declared.',
      evidence: `${name} metric ${unknown.metric}`,
    });
  else if (costs.length > 0 && !isKeyed(api, operation))
    tell('gateway-quota', {
      severity: 'low',
      at: costs[0]?.at ?? at,
      title: `${name} has a quota but no API key, and Google counts a quota for each project that owns the key.`,
      fix: 'Ask for an API key beside the token, or limit callers in the function.',
      evidence: `${name} quota without key`,
    });
}

/** Does every alternative ask for an API key? */
const isKeyed = (api: Api, { security }: Operation): boolean => {
  const all = alternativesOf(security);
  return (
    all.length > 0 &&
    all.every((alternative) => namesOf(alternative).some((name) => api.schemes.get(name)?.kind === 'key'))
  );
};
