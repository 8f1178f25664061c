import { explain } from '../../src/domain/causes/explain.ts';
import { rows } from '../../src/domain/causes/table.ts';
import { catalog } from '../../src/domain/errors/catalog.ts';

const names = {
  project: 'my-project',
  region: 'us-central1',
  name: 'ocr',
  member: 'serviceAccount:deployer@my-project.iam.gserviceaccount.com',
  entryPoint: 'ocr',
  sourceDir: 'functions/ocr',
  memory: '256Mi',
};

/** Writes docs/reference/errors.md from the catalogue of errors and from the table of causes. */
export function generate(): Record<string, string> {
  const lines = [
    '# Errors',
    '',
    'Every error carries a code in the report (`errors[].code`). If the failure is one of the [known causes](#causes), it also carries',
    'the id of the cause (`errors[].row`). Codes and ids are stable, and each is an anchor of this page: messages link to it. The',
    'sentence in the log names what happened in your run; this page says what it means in general. Generated from',
    '`src/domain/errors/codes/` and `src/domain/causes/rows/`.',
    '',
  ];
  const entries = Object.entries(catalog);
  for (const [code, { title, why, check, fix }] of entries.sort(([a], [b]) => (a < b ? -1 : 1)))
    lines.push(
      ...[`## \`${code}\``, '', `${title}.`, '', `**Why.** ${why}`, '', `**How to see it.** ${check}`, ''],
      ...[`**What to do.** ${fix}`, ''],
    );
  lines.push(
    ...['## Causes', ''],
    'What Google says, why, and what repairs it. The examples are of the function `ocr` in `my-project`; a message has the names of',
    'your run. Each command can be pasted as it is and run again. None takes anything away.',
    '',
    'If such a cause fails the build or the start of a new revision, its blame decides the verdict of the release. The code: `fail`.',
    'What is around the code: `inconclusive`, and the report says `unjudged`. A cause that is not in this list counts as the code.',
    '',
  );
  for (const row of rows) lines.push(...causeLines(row));
  return { 'docs/reference/errors.md': `${lines.join('\n').trimEnd()}\n` };
}

function causeLines({ id, title, blame, example }: (typeof rows)[number]): string[] {
  const cause = explain(example, names);
  if (cause?.id !== id) throw new Error(`the example of ${id} finds ${cause?.id}`);
  const said = [example.message, ...(example.lines ?? [])].join(' … ');
  const block = cause.commands?.length ? ['```sh', ...cause.commands, '```', ''] : [];
  return [
    ...[
      `### \`${id}\``,
      '',
      `${title}.`,
      '',
      `> ${escaped(said)}`,
      '',
      `**Blame.** ${blamed[blame]}`,
      '',
      `**Why.** ${escaped(cause.why)}`,
      '',
    ],
    ...[`**What to do.** ${escaped(cause.fix)}`, '', ...block],
  ];
}

const blamed = { code: 'The code or its settings.', environment: 'What is around the code.' };

/** Plain text as Markdown. */
const escaped = (text: string) => text.replace(/[<*]/g, '\\$&');
