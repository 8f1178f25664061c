import type { GatewayRule } from '../../../findings/rules/gateway.ts';
import { lint } from '../../../gateway/lint.ts';
import type { Rule } from '../rule.ts';
import { definitionsOf } from './api.ts';
import { reportProblem } from './report-problem.ts';

/** An operation that asks for no credential, or a backend that is called without one. */
export const gatewayOpen: Rule = (facts, report) => {
  for (const definition of definitionsOf(facts)) {
    const { api, file, isGateway, isServed } = definition;
    for (const problem of lint(api)) {
      if (!openRules.has(problem.rule)) continue;
      if (problem.rule === 'gateway-open' && !isServed)
        report.unknown(
          { file, line: 1, column: 1 },
          'The definition names no credential, and nothing here says that a gateway serves it.',
        );
      // A definition without extensions of Google may be documentation alone.
      else if (isGateway || !gatewayOnly.has(problem.rule))
        reportProblem(report, file, problem, isGateway || problem.isOwn !== false ? 'high' : 'medium');
    }
  }
};

const openRules = new Set<GatewayRule>([
  'gateway-open',
  'gateway-preflight',
  'gateway-unlisted',
  'gateway-scheme-undefined',
  'gateway-scheme-unchecked',
  'gateway-alternatives',
  'gateway-tools-open',
  'gateway-backend-anonymous',
  'gateway-backend-plain',
  'gateway-document',
]);

/** Other programs that read OpenAPI know more kinds of credentials, and references to other files. */
const gatewayOnly = new Set<GatewayRule>([
  'gateway-scheme-unchecked',
  'gateway-alternatives',
  'gateway-document',
]);
