// Writes what is generated in the documentation: the tables of action.yml in each README, docs/errors.md from the error
// catalogue, and whatever scripts/docs/*.ts add. `--check` writes nothing and fails where something is stale.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parse } from 'yaml';
import { root } from './find-node24.mjs';

const check = process.argv.includes('--check');
const stale = [];

function put(path, text) {
  const old = existsSync(path) ? readFileSync(path, 'utf8') : '';
  if (old === text) return;
  if (check) stale.push(relative(root, path));
  else writeFileSync(path, text);
}

const cell = (text) =>
  String(text ?? '')
    .trim()
    .replace(/\s+/g, ' ')
    .replace(/\|/g, '\\|');

function table(kind, entries) {
  const rows = Object.entries(entries ?? {}).map(([name, { description, required, default: value }]) => {
    const shown = value === undefined || value === '' ? '' : `\`${cell(value)}\``;
    return kind === 'inputs'
      ? `| \`${name}\`${required ? ' **required**' : ''} | ${cell(description)} | ${shown} |`
      : `| \`${name}\` | ${cell(description)} |`;
  });
  const head =
    kind === 'inputs'
      ? ['| input | what it does | default |', '|:--|:--|:--|']
      : ['| output | what it is |', '|:--|:--|'];
  return [...head, ...rows].join('\n');
}

function fill(readme, action) {
  if (!existsSync(readme) || !existsSync(action)) return;
  const definition = parse(readFileSync(action, 'utf8'));
  let text = readFileSync(readme, 'utf8');
  for (const kind of ['inputs', 'outputs'])
    text = text.replace(
      new RegExp(`(<!-- ${kind}:begin -->)[\\s\\S]*?(<!-- ${kind}:end -->)`),
      (_, begin, end) => `${begin}\n${table(kind, definition[kind])}\n${end}`,
    );
  put(readme, text);
}

fill(join(root, 'README.md'), join(root, 'action.yml'));
for (const name of readdirSync(join(root, 'actions'))) {
  const own = join(root, 'actions', name, 'action.yml');
  fill(join(root, 'actions', name, 'README.md'), existsSync(own) ? own : join(root, 'action.yml'));
}

const { catalog } = await import(pathToFileURL(join(root, 'src/domain/errors/catalog.ts')).href);
const errors = [
  '# Errors',
  '',
  'Every error carries one of these codes in the report (`errors[].code`). Codes are stable. The sentence in the log names what',
  'happened in your run; this page says what the code means in general. Generated from `src/domain/errors/codes/`.',
  '',
];
for (const [code, { title, why, fix }] of Object.entries(catalog).sort(([a], [b]) => (a < b ? -1 : 1)))
  errors.push(
    `## \`${code}\``,
    '',
    `${title}.`,
    ...(why ? ['', `**Why.** ${why}`] : []),
    ...(fix ? ['', `**What to do.** ${fix}`] : []),
    '',
  );
put(join(root, 'docs/errors.md'), `${errors.join('\n').trimEnd()}\n`);

const extras = join(root, 'scripts/docs');
if (existsSync(extras))
  for (const file of readdirSync(extras)
    .filter((name) => name.endsWith('.ts'))
    .sort()) {
    const { generate } = await import(pathToFileURL(join(extras, file)).href);
    for (const [path, text] of Object.entries(await generate())) put(join(root, path), text);
  }

if (stale.length > 0) {
  console.error(`Out of date: ${stale.join(', ')}. Run "npm run docs".`);
  process.exit(1);
}
console.log(check ? 'documentation is fresh' : 'documentation written');
