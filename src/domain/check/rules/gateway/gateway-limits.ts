import { parseDuration } from '../../../data/parse.ts';
import { suiteFile } from '../../../product.ts';
import type { Facts } from '../../facts/facts.ts';
import { isSample } from '../../facts/kinds.ts';
import { evaluate, soleText } from '../../hcl/evaluate.ts';
import { attributeOf, blocksOf } from '../../hcl/node.ts';
import { lastOption } from '../../shell/gcloud.ts';
import { placeOf } from '../../workflow/parts.ts';
import { entryOf, itemsOf, mapsIn, nodeAt, textAt } from '../../yaml/node.ts';
import type { Rule } from '../rule.ts';
import { apisOf } from './api.ts';

const standardDeadline = 15;

/** A deadline shorter than the function's time limit, no quota, and a key in the query. */
export const gatewayLimits: Rule = (facts, report) => {
  const longest = longestOf(facts);
  const limit = longest?.seconds;
  for (const api of apisOf(facts)) {
    if (!api.isGateway) continue;
    const backends = [...mapsIn(api.root)].flatMap((map) =>
      map.entries.filter(({ key, value }) => key === 'x-google-backend' && value.kind === 'map'),
    );
    for (const { value, keyLine, keyColumn } of backends) {
      const deadline = entryOf(value, 'deadline')?.value;
      const given = deadline?.kind === 'text' ? Number(deadline.text) : undefined;
      const seconds = given !== undefined && given > 0 ? given : standardDeadline;
      const at = deadline
        ? placeOf(api.file, deadline)
        : { file: api.file, line: keyLine, column: keyColumn };
      if (given !== undefined && given <= 0)
        report.found({
          severity: 'medium',
          confidence: 'high',
          at,
          title: `A deadline of ${given} means the standard 15 seconds.`,
          fix: 'Write the seconds that the function may take.',
          evidence: `deadline ${given}`,
          edits:
            limit && deadline?.kind === 'text'
              ? [{ ...at, old: deadline.text, new: String(limit + 10) }]
              : [],
        });
      else if (limit !== undefined && limit > seconds)
        report.found({
          severity: 'medium',
          confidence: 'high',
          at,
          title: `The gateway gives up after ${seconds} s${deadline ? '' : ', because no deadline is set'}, and ${longest?.what} may take ${limit} s.`,
          fix: `Set deadline: ${limit + 10}.`,
          evidence: `deadline ${textAt(value, 'address') ?? ''}`,
          edits: deadline?.kind === 'text' ? [{ ...at, old: deadline.text, new: String(limit + 10) }] : [],
        });
    }
    const text = facts.repository.text(api.file) ?? '';
    if (
      backends.length > 0 &&
      !/x-google-quota|x-google-management|x-google-api-management|metricCosts/.test(text)
    )
      report.found({
        severity: 'medium',
        confidence: 'medium',
        at: { file: api.file, line: 1, column: 1 },
        title: 'The definition sets no quota, so one caller can use the function without limit.',
        fix: 'Add x-google-management with a metric and a limit, and x-google-quota to each operation.',
        evidence: 'no quota',
      });
    for (const [name, scheme] of api.schemes) {
      const place = nodeAt(scheme, 'in');
      if (textAt(scheme, 'type') === 'apiKey' && place?.kind === 'text' && place.text === 'query')
        report.found({
          severity: 'medium',
          confidence: 'high',
          at: placeOf(api.file, place),
          title: `The key of ${name} is sent in the query, so it appears in logs.`,
          fix: 'Read it from the header x-api-key.',
          evidence: `${name} in query`,
        });
    }
  }
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
