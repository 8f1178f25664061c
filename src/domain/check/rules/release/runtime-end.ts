import { endOfRuntime, newestRuntime } from '../../../deploy/runtime-dates.ts';
import { nodeAt } from '../../../yaml/node.ts';
import type { Facts } from '../../facts/facts.ts';
import { isGenerated, isSample } from '../../facts/kinds.ts';
import type { Place } from '../../files/repository.ts';
import { fileName } from '../../files/repository.ts';
import { evaluate } from '../../hcl/evaluate.ts';
import { attributeOf, type Body } from '../../hcl/node.ts';
import { optionsOf } from '../../shell/gcloud.ts';
import type { Rule } from '../rule.ts';
import { ownAction } from '../shared/uses.ts';

interface Named {
  runtime: string;
  at: Place;
  /** The text at the place is the name itself. */
  isPlain: boolean;
}

export const runtimeEnd: Rule = (facts, report) => {
  const { named, unknown } = runtimesIn(facts);
  for (const at of unknown) report.unknown(at, 'Only a run knows which runtime is deployed.');
  for (const { runtime, at, isPlain } of named) {
    const end = endOfRuntime(runtime, facts.today);
    if (end === undefined) {
      if (!/^(nodejs|python|go|java|ruby|php|dotnet)\d+$/.test(runtime))
        report.unknown(at, `${runtime} is not in the list of runtimes.`);
      continue;
    }
    if (end.state === 'supported') continue;
    const newest = newestRuntime(runtime, facts.today);
    report.found({
      severity: end.state === 'decommissioned' ? 'critical' : end.state === 'deprecated' ? 'high' : 'medium',
      confidence: 'high',
      at,
      title:
        end.state === 'decommissioned'
          ? `Google removed the runtime ${runtime} on ${end.decommission}, so the next deploy fails.`
          : end.state === 'deprecated'
            ? `The runtime ${runtime} is deprecated since ${end.deprecation} and will be removed on ${end.decommission}.`
            : `The runtime ${runtime} will be deprecated on ${end.deprecation}.`,
      fix: newest ? `Use ${newest}, and run your tests on it first.` : 'Use a runtime that is supported.',
      evidence: `${runtime}`,
      edits: newest && isPlain ? [{ ...at, old: runtime, new: newest }] : [],
    });
  }
};

function runtimesIn(facts: Facts): { named: Named[]; unknown: Place[] } {
  const named: Named[] = [];
  const unknown: Place[] = [];
  for (const call of facts.calls)
    for (const { value, word, valueWord } of optionsOf(call, '--runtime')) {
      const at = valueWord?.at ?? word.at;
      if (value === undefined) {
        unknown.push(at);
        continue;
      }
      const joined = word === valueWord && word.raw === `--runtime=${value}`;
      named.push({
        runtime: value,
        at: joined ? { ...at, column: at.column + 10 } : at,
        isPlain: joined || valueWord?.raw === value,
      });
    }
  for (const step of facts.steps) {
    const own = ownAction(step.uses);
    const given = step.with.get('runtime');
    if (
      !given ||
      !(
        step.uses?.name === 'google-github-actions/deploy-cloud-functions' ||
        own === 'release' ||
        own === 'deploy'
      )
    )
      continue;
    if (given.known === undefined) unknown.push(given.at);
    else if (given.known.trim() !== '')
      named.push({ runtime: given.known.trim(), at: given.at, isPlain: given.node.style === 'plain' });
  }
  for (const resource of facts.resources) {
    if (!/^google_cloudfunctions2?_function$/.test(resource.type)) continue;
    const visit = (body: Body) => {
      const attribute = attributeOf(body, 'runtime');
      if (attribute) {
        const { values, open } = evaluate(attribute.value, resource.scope);
        for (const { value } of values) {
          const text = resource.text.slice(attribute.at, attribute.end);
          const offset = text.indexOf(String(value));
          if (typeof value === 'string')
            named.push({
              runtime: value,
              at: resource.place(attribute.at + Math.max(0, offset)),
              isPlain: offset >= 0,
            });
        }
        if (values.length === 0 && open) unknown.push(resource.place(attribute.at));
      }
      for (const { body: inner } of body.blocks) visit(inner);
    };
    visit(resource.body);
  }
  for (const file of facts.repository.paths) {
    if (fileName(file) !== 'firebase.json' || isGenerated(file) || isSample(file)) continue;
    const read = facts.yaml(file);
    if (!read || 'problem' in read) continue;
    const functions = nodeAt(read.documents[0], 'functions');
    for (const entry of functions?.kind === 'list' ? functions.items : functions ? [functions] : []) {
      const value = nodeAt(entry, 'runtime');
      if (value?.kind === 'text')
        named.push({
          runtime: value.text,
          at: { file, line: value.line, column: value.column + 1 },
          isPlain: true,
        });
    }
  }
  return { named, unknown };
}
