import { Environment } from '@marcbachmann/cel-js';

/** CEL as IAM evaluates it: a condition that cannot be evaluated does not hold. */

const conditions = new Environment({ unlistedVariablesAreDyn: true });

/** @param resource full resource name; conditions see it without the leading `//service/`. */
export function conditionHolds(expression: string, resource: string, now: number): boolean {
  const [, service, name] = /^\/\/([^/]+)\/(.*)$/.exec(resource) ?? [];
  try {
    return (
      conditions.evaluate(expression, {
        request: { time: new Date(now) },
        resource: { name: name ?? resource, service: service ?? '', type: '' },
      }) === true
    );
  } catch {
    return false;
  }
}
