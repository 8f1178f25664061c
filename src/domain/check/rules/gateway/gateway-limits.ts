import { parseDuration } from '../../../data/parse.ts';
import type { GatewayRule } from '../../../findings/rules/gateway.ts';
import { lint } from '../../../gateway/lint.ts';
import { suiteFile } from '../../../product.ts';
import { itemsOf, nodeAt, textAt } from '../../../yaml/node.ts';
import type { Facts } from '../../facts/facts.ts';
import { isSample } from '../../facts/kinds.ts';
import { evaluate, soleText } from '../../hcl/evaluate.ts';
import { attributeOf, blocksOf } from '../../hcl/node.ts';
import { lastOption } from '../../shell/gcloud.ts';
import type { Rule } from '../rule.ts';
import { definitionsOf } from './api.ts';
import { reportProblem } from './report-problem.ts';

const limitRules = new Set<GatewayRule>([
  'gateway-deadline',
  'gateway-quota',
  'gateway-key-query',
  'gateway-audience',
  'gateway-backend-missing',
  'gateway-backend-revision',
]);

/** A deadline shorter than the function's time limit, no quota, a key in the query, and a backend that cannot work. */
export const gatewayLimits: Rule = (facts, report) => {
  const longest = longestOf(facts);
  for (const { api, file, isGateway } of definitionsOf(facts))
    for (const problem of isGateway ? lint(api, { longest }) : [])
      if (limitRules.has(problem.rule))
        reportProblem(report, file, problem, problem.evidence === 'no quota' ? 'medium' : 'high');
};

/** The longest time limit of a function in the repository, in seconds. */
interface Longest {
  seconds: number;
  what: string;
}

/** The longest that an answer may take: by the time limit of the function, or by the slowest case of a suite. */
function longestOf(facts: Facts): Longest | undefined {
  const seconds = (text: string | undefined): number | undefined => {
    const [, value, unit] = /^(\d+)(s|m|h)?$/.exec(text ?? '') ?? [];
    return value === undefined ? undefined : Number(value) * (unit === 'm' ? 60 : unit === 'h' ? 3600 : 1);
  };
  const limits = [
    ...facts.calls
      .filter(({ verb }) => /^(functions|run) deploy$/.test(verb))
      .map((call) => seconds(lastOption(call, '--timeout')?.value)),
    ...facts.steps.map(
      (step) => seconds(step.with.get('timeout')?.known) ?? seconds(step.with.get('service_timeout')?.known),
    ),
    ...facts.resources.flatMap((resource) =>
      blocksOf(resource.body, 'service_config').map((block) => {
        const attribute = attributeOf(block.body, 'timeout_seconds');
        return attribute && seconds(soleText(evaluate(attribute.value, resource.scope)));
      }),
    ),
  ].map((value) => ({ seconds: value ?? 0, what: 'the function' }));
  const cases = facts.documents
    .filter(({ file }) => file.endsWith(suiteFile) && !isSample(file))
    .flatMap(({ node }) =>
      itemsOf(nodeAt(node, 'cases')).map((item) => ({
        // A time limit of its own says how long the image may take, and a limit of the latency says it more exactly.
        seconds: Math.ceil(
          secondsOf(textAt(item, 'expect', 'max_latency')) ??
            secondsOf(textAt(item, 'timeout')) ??
            secondsOf(textAt(node, 'defaults', 'timeout')) ??
            0,
        ),
        what: `the case ${textAt(item, 'name') ?? ''} of the smoke suite`,
      })),
    );
  return [...limits, ...cases].filter((one) => one.seconds > 0).sort((a, b) => b.seconds - a.seconds)[0];
}

function secondsOf(text: string | undefined): number | undefined {
  try {
    return text === undefined ? undefined : parseDuration(text);
  } catch {
    return undefined;
  }
}
