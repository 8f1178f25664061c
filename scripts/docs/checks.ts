import { type CheckRule, checkRules } from '../../src/domain/findings/rules/check.ts';
import { slug } from '../../src/domain/product.ts';
import { allCases } from '../../test/domain/check/cases/all.ts';
import type { Case } from '../../test/domain/check/cases/case.ts';
import { check } from '../../test/support/check-repository.ts';

/** Writes `docs/reference/checks.md`: each rule with an example that it finds and one that it does not, from its own tests. */

const head = `# Checks

\`actions/check\` and \`${slug} check\` look at files and report what they can show. They need no login. Each rule has a page here: what it
finds, why it matters, an example, the repair, and how to accept a finding. Generated from \`src/domain/findings/rules/check/\` and from the
tests of the rules.

## Accept a finding

Write a comment on the line, or alone on the line above it. It needs a reason. Without one it does not count.

\`\`\`yaml
# ${slug}: ignore[public-flag] this function serves a public page
- run: gcloud run deploy page --allow-unauthenticated
\`\`\`

For many files, list rules in \`${slug}.check.yaml\` in the root of the repository:

\`\`\`yaml
ignore:
  - rule: uses-moving
    path: .github/workflows/nightly-*.yml
    reason: internal actions of our own organisation
    until: 2027-06-30
\`\`\`

On a pull request, comments and entries count only if they are on its base already. A new one is a finding of its own
([guard-softened](#guard-softened)), so that a change cannot switch off its own check.

## What decides the severity

The page of a rule gives its usual severity. A finding is less severe if a variable or a condition decides, or if nothing in the repository
runs the script. What only a run can know is listed as *unknown* and never fails the check.
`;

const fence = (one: Case): string =>
  `\`\`\`${{ hcl: 'hcl', js: 'js', text: 'text', sh: 'sh', make: 'make', json: 'json', yaml: 'yaml' }[one.language]}\n${one.shown.trimEnd()}\n\`\`\``;

function page(rule: CheckRule): string[] {
  const { title, severity, why } = checkRules[rule];
  const level = severity === 'varies' ? 'Severity varies' : `Severity ${severity}`;
  const lines = [`## ${rule}`, '', `${title}. ${level}.`, '', why, ''];
  const cases = allCases[rule];
  const bad = cases?.bad[0];
  const good = cases?.good[0];
  if (!bad || !good) return lines;
  const shown = bad.shown.length > 900 ? undefined : bad;
  const found = check(bad.files, bad.base).found.find((one) => one.rule === rule);
  if (shown) lines.push('Found:', '', fence(shown), '');
  if (found) lines.push(`> ${found.title}`, '');
  if (good.shown.length <= 900) lines.push('Not found:', '', fence(good), '');
  if (found?.fix)
    lines.push(
      `**Repair.** ${found.fix.replace(/:$/, '.')}${found.edits?.length ? ` \`${slug} check --fix\` does it.` : ''}`,
      '',
    );
  return lines;
}

export function generate(): Record<string, string> {
  const rules = Object.keys(checkRules) as CheckRule[];
  const table = [
    '## Rules',
    '',
    '| rule | finds | severity |',
    '|:--|:--|:--|',
    ...rules.map(
      (rule) => `| [${rule}](#${rule}) | ${checkRules[rule].title} | ${checkRules[rule].severity} |`,
    ),
    '',
  ];
  const text = [head, ...table, ...rules.flatMap(page)].join('\n');
  return { 'docs/reference/checks.md': `${text.trimEnd()}\n` };
}
