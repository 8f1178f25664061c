/**
 * Reads the types of dashboards that Grafana publishes (its foundation SDK) and keeps them in facts.json:
 * `npm run peers -- grafana --write`. Without `--write` it compares the dashboards with the types as they are now.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dashboards } from './dashboards.ts';
import { type Facts, factsFile, problemsOf } from './facts.ts';

const name = '@grafana/grafana-foundation-sdk';
const folder = join(tmpdir(), 'bs-peer-grafana');
const modules = ['dashboard', 'common', 'prometheus', 'stat', 'timeseries'];

function install(): string | undefined {
  const home = join(folder, 'node_modules', name);
  if (!existsSync(home)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{"private":true}');
    spawnSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', name], {
      cwd: folder,
      timeout: 300_000,
    });
  }
  return existsSync(home) ? home : undefined;
}

/** A type with the module of every name that it refers to. */
const qualified = (type: string, module: string): string =>
  type
    .replace(/cog\.Dataquery/g, 'prometheus.Dataquery')
    .replace(/Record<string, any>/g, 'any')
    .replace(/(?<![.\w"])[A-Z]\w*(?![\w"])/g, (word) => `${module}.${word}`);

function read(home: string): Facts {
  const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { version: string };
  const all: Facts = { source: `${name} ${version}`, interfaces: {}, enums: {} };
  const aliases: Record<string, string> = {};
  for (const module of modules) {
    const text = readFileSync(join(home, 'dist', module, 'types.gen.d.ts'), 'utf8');
    for (const [, alias = '', type = ''] of text.matchAll(/^export type (\w+) = ([^;]+);/gm))
      aliases[`${module}.${alias}`] = qualified(type, module);
    for (const [, owner = '', body = ''] of text.matchAll(/^export declare enum (\w+) \{\n([\s\S]*?)^\}/gm))
      all.enums[`${module}.${owner}`] = [...body.matchAll(/= ("[^"]*"|-?\d+)/g)].map(([, word = '']) =>
        JSON.parse(word),
      );
    for (const [, owner = '', body = ''] of text.matchAll(/^export interface (\w+) \{\n([\s\S]*?)^\}/gm)) {
      const fields: Record<string, string> = {};
      const open: Record<string, string>[] = [fields];
      for (const line of body.split('\n')) {
        const inner = /^\s+(\w+\??): \{$/.exec(line)?.[1];
        const plain = /^\s+(\w+\??): (.+);$/.exec(line);
        const at = open.at(-1) as Record<string, string>;
        if (inner) {
          const type = `${module}.${owner}_${inner.replace('?', '')}`;
          all.interfaces[type] = {};
          at[inner] = type;
          open.push(all.interfaces[type] as Record<string, string>);
        } else if (/^\s+\}(\[\])?;$/.test(line)) {
          open.pop();
          const above = open.at(-1) as Record<string, string>;
          const last = Object.keys(above).at(-1);
          if (last && line.includes('[]')) above[last] += '[]';
        } else if (plain) at[plain[1] as string] = qualified(plain[2] as string, module);
      }
      all.interfaces[`${module}.${owner}`] = fields;
    }
  }
  const resolved = (type: string): string =>
    type.replace(/\w+\.[A-Z]\w*/g, (word) => (aliases[word] ? resolved(aliases[word]) : word));
  for (const fields of Object.values(all.interfaces))
    for (const [field, type] of Object.entries(fields)) fields[field] = resolved(type);
  return reachable(all);
}

/** Only what a dashboard of ours can reach. */
function reachable(all: Facts): Facts {
  const kept: Facts = { source: all.source, interfaces: {}, enums: {} };
  const visit = (type: string): void => {
    for (const [word] of type.matchAll(/\w+\.[A-Z]\w*/g)) {
      if (all.enums[word]) kept.enums[word] = all.enums[word];
      const fields = all.interfaces[word];
      if (!fields || kept.interfaces[word]) continue;
      kept.interfaces[word] = fields;
      Object.values(fields).forEach(visit);
    }
  };
  for (const root of [
    'dashboard.Dashboard',
    'prometheus.Dataquery',
    'stat.Options',
    'timeseries.Options',
    'common.GraphFieldConfig',
  ])
    visit(root);
  return kept;
}

const home = install();
if (!home) console.log(`Skipped: ${name} cannot be installed here.`);
else {
  const now = read(home);
  if (process.argv.includes('--write')) writeFileSync(factsFile, `${JSON.stringify(now, null, 1)}\n`);
  let wrong = 0;
  for (const [title, dashboard] of Object.entries(dashboards()))
    for (const problem of problemsOf(now, dashboard, 'dashboard.Dashboard')) {
      console.log(`${title}: ${problem}`);
      wrong++;
    }
  console.log(`${now.source}: ${Object.keys(now.interfaces).length} interfaces, ${wrong} problems.`);
  if (wrong > 0) process.exitCode = 1;
}
