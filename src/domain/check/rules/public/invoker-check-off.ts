import { mapsIn } from '../../../yaml/node.ts';
import type { Facts } from '../../facts/facts.ts';
import type { Reporter } from '../../found.ts';
import { evaluate, sole } from '../../hcl/evaluate.ts';
import { attributeOf, type Body } from '../../hcl/node.ts';
import type { Resource } from '../../hcl/terraform.ts';
import { optionsOf } from '../../shell/gcloud.ts';
import type { Rule } from '../rule.ts';

const fix =
  'Leave the check on, and grant roles/run.invoker to the callers. The organisation policy run.managed.requireInvokerIam keeps it on.';

/** Switched off in a command, in Terraform, by an annotation or in the JSON of the API. */
export const invokerCheckOff: Rule = (facts, report) => {
  for (const call of facts.calls) {
    const last = optionsOf(call, '--no-invoker-iam-check', '--invoker-iam-check').at(-1);
    if (last?.name !== '--no-invoker-iam-check') continue;
    report.found({
      severity: call.isLoose ? 'high' : 'critical',
      confidence: call.isLoose ? 'medium' : 'high',
      at: last.word.at,
      title: `gcloud ${call.verb} switches the invoker check off, so every request gets in.`,
      fix,
      evidence: `${call.verb} ${call.positionals[0]?.text ?? ''} --no-invoker-iam-check`,
      edits:
        last.word.raw === last.name ? [{ ...last.word.at, old: last.name, new: '--invoker-iam-check' }] : [],
    });
  }
  for (const resource of facts.resources) inTerraform(resource, report);
  inDocuments(facts, report);
};

function inTerraform(resource: Resource, report: Reporter): void {
  const check = (body: Body) => {
    const attribute = attributeOf(body, 'invoker_iam_disabled');
    if (attribute) judge(resource, attribute, report);
    for (const block of body.blocks) check(block.body);
    for (const { name, value } of body.attributes)
      if (name === 'annotations' && value.kind === 'object')
        for (const entry of value.entries)
          if (entry.key.kind === 'literal' && entry.key.value === 'run.googleapis.com/invoker-iam-disabled')
            judge(resource, { at: entry.key.at, end: entry.value.end, value: entry.value }, report);
  };
  check(resource.body);
}

function judge(
  resource: Resource,
  attribute: { at: number; end: number; value: Parameters<typeof evaluate>[0] },
  report: Reporter,
): void {
  const values = evaluate(attribute.value, resource.scope);
  const isOff = (value: unknown) => value === true || String(value).toLowerCase() === 'true';
  const certain = sole(values);
  const at = resource.place(attribute.at);
  const name = `${resource.type}.${resource.name}`;
  const evidence = `${name} invoker_iam_disabled`;
  if (certain && !isOff(certain.value)) return;
  if (certain) {
    const old = resource.text.slice(attribute.value.at, attribute.value.end);
    const isPlain = old === 'true';
    report.found({
      severity: 'critical',
      confidence: 'high',
      at,
      title: `${name} switches the invoker check off, so every request gets in.`,
      fix,
      evidence,
      edits: isPlain ? [{ ...resource.place(attribute.value.at), old, new: 'false' }] : [],
    });
  } else if (values.values.some(({ value }) => isOff(value)))
    report.found({
      severity: 'high',
      confidence: 'medium',
      at,
      title: `${name} switches the invoker check off if a variable or a condition says so, and it can be true.`,
      fix,
      evidence,
    });
  else if (values.values.length > 0)
    report.found({
      severity: 'medium',
      confidence: 'low',
      at,
      title: `A variable can switch the invoker check of ${name} off.`,
      fix,
      evidence,
    });
  else report.unknown(at, `Only a run knows whether ${name} switches the invoker check off.`);
}

function inDocuments({ documents }: Facts, report: Reporter): void {
  for (const { file, node } of documents)
    for (const map of mapsIn(node))
      for (const { key, keyLine, keyColumn, value } of map.entries) {
        const names = key === 'run.googleapis.com/invoker-iam-disabled' || key === 'invokerIamDisabled';
        if (!names || value.kind !== 'text' || value.text.toLowerCase() !== 'true') continue;
        report.found({
          severity: 'critical',
          confidence: 'high',
          at: { file, line: keyLine, column: keyColumn },
          title: `${key} switches the invoker check off, so every request gets in.`,
          fix,
          evidence: `${key}`,
          edits: [
            {
              file,
              line: value.line,
              column: value.column + (value.style === 'quoted' ? 1 : 0),
              old: value.text,
              new: 'false',
            },
          ],
        });
      }
}
