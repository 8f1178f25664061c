import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Group } from '../../src/domain/inputs/definition.ts';
import { groups } from '../../src/inputs/table.ts';
import { manifests } from './tables/actions.ts';

const widest = 110;
const note = '/** Written by `npm run docs` from the table of inputs. */\n';

const list = (names: readonly string[]): string => {
  const line = `export const groups = [${names.join(', ')}];`;
  return line.length <= widest
    ? line
    : `export const groups = [\n${names.map((name) => `  ${name},\n`).join('')}];`;
};

/** Writes, for each action, the groups of inputs of which it takes one, so that it loads no others. */
export async function generate(): Promise<Record<string, string>> {
  const folder = join(import.meta.dirname, '../../src/inputs/groups');
  const places = new Map<Group, { name: string; file: string }>();
  for (const file of readdirSync(folder).sort()) {
    const exported: Record<string, unknown> = await import(pathToFileURL(join(folder, file)).href);
    for (const [name, value] of Object.entries(exported)) {
      const found = (groups as readonly Group[]).find((group) => group === value);
      if (found) places.set(found, { name, file });
    }
  }
  const actions = manifests.map(({ action }) => action);
  const ofAction = (action: string): string => {
    const own = (groups as readonly Group[])
      .filter(({ inputs }) => Object.values(inputs).some(({ usedBy }) => action in usedBy))
      .map((group) => places.get(group))
      .filter((place) => place !== undefined);
    const imports = own
      .map(({ name, file }) => ({ file, line: `import { ${name} } from '../groups/${file}';\n` }))
      .sort((a, b) => (a.file < b.file ? -1 : 1))
      .map(({ line }) => line);
    return `${note}\n${imports.join('')}\n${list(own.map(({ name }) => name))}\n`;
  };
  const key = (action: string) => (/^\w+$/.test(action) ? action : `'${action}'`);
  const lines = actions.sort().map((action) => `  ${key(action)}: () => import('./${action}.ts'),\n`);
  return {
    ...Object.fromEntries(actions.map((action) => [`src/inputs/of/${action}.ts`, ofAction(action)])),
    'src/inputs/of/by-action.ts': [
      note,
      "import type { Group } from '../../domain/inputs/definition.ts';\n",
      "import type { ActionName } from '../../domain/report/report.ts';\n\n",
      'type Load = () => Promise<{ groups: readonly Group[] }>;\n\n',
      `export const own: Readonly<Partial<Record<ActionName, Load>>> = {\n${lines.join('')}};\n`,
    ].join(''),
  };
}
