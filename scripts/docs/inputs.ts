import { actionPath } from '../../src/domain/product.ts';
import { manifests } from './tables/actions.ts';
import { inputsByGroup } from './tables/describe.ts';
import { inputTables } from './tables/markdown.ts';

/** Writes docs/reference/inputs.md, which lists every input of every action by groups. */
export function generate(): Record<string, string> {
  const lines = [
    '# Inputs',
    '',
    'Every input of every action, by groups. Generated from `src/inputs`.',
    '',
    'Lists take commas or newlines, and quotes protect both. Durations are written `90s`, `10m`, `1h30m` or `30d`, percentages',
    '`99.5%` or `0.995`. All wrong inputs of a step are reported at once, and so are inputs that the action does not have.',
    'Values of secrets and variables never appear in a message or in the report. The report shows a path, an account or an address only',
    'if it looks like one, and of a query the names and a short hash; `alert_override`, `budget_override` and `freeze_override` are kept word for word.',
    '',
    manifests.map(({ action }) => `[${action}](#${action})`).join(' · '),
    '',
    ...manifests.flatMap(({ action }) => [
      `## ${action}`,
      '',
      `\`uses: ${actionPath(action)}@v1\``,
      '',
      inputTables(inputsByGroup(action)),
      '',
    ]),
  ];
  return { 'docs/reference/inputs.md': `${lines.join('\n').trimEnd()}\n` };
}
