import { catalog } from '../../src/domain/errors/catalog.ts';

/** Writes docs/errors.md from the catalogue of errors. */
export function generate(): Record<string, string> {
  const lines = [
    '# Errors',
    '',
    'Every error carries one of these codes in the report (`errors[].code`). Codes are stable. The sentence in the log names what',
    'happened in your run; this page says what the code means in general. Generated from `src/domain/errors/codes/`.',
    '',
  ];
  const entries = Object.entries(catalog);
  for (const [code, { title, why, fix }] of entries.sort(([a], [b]) => (a < b ? -1 : 1)))
    lines.push(
      `## \`${code}\``,
      '',
      `${title}.`,
      ...(why ? ['', `**Why.** ${why}`] : []),
      ...(fix ? ['', `**What to do.** ${fix}`] : []),
      '',
    );
  return { 'docs/errors.md': `${lines.join('\n').trimEnd()}\n` };
}
