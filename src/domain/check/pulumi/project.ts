import { entriesOf, entryOf, itemsOf, nodeAt, textAt, type YamlNode } from '../../yaml/node.ts';
import { fileName, folderOf, lineStarts, type Place, placeAt, resolvePath } from '../files/repository.ts';
import { eitherOf, evaluate, type HclScope, type Values } from '../hcl/evaluate.ts';
import type { Expression } from '../hcl/node.ts';
import { bodyOf, expressionOf, type Source } from '../hcl/parse-json.ts';
import { poolName, type Resource } from '../hcl/terraform.ts';
import { programResources } from './program.ts';
import { holdsData, snakeCase, typeOfToken } from './tokens.ts';

/** A program of Pulumi in a language: at most its literal arguments are read. */
export interface Program {
  at: Place;
  language: string;
  /** False if nothing of it is read. */
  isRead: boolean;
}

interface Files {
  paths: readonly string[];
  text(path: string): string | undefined;
  yaml(path: string): YamlNode | undefined;
}

const isProject = (path: string): boolean => /^Pulumi\.(ya?ml|json)$/.test(fileName(path));
const isStack = (path: string): boolean => /^Pulumi\.[^/]+\.ya?ml$/.test(fileName(path));

/** Every resource of every project of Pulumi, as a resource of the Terraform type that it stands for. */
export function pulumi(files: Files): { resources: Resource[]; programs: Program[] } {
  const resources: Resource[] = [];
  const programs: Program[] = [];
  for (const file of files.paths.filter(isProject)) {
    const project = files.yaml(file);
    const language = textAt(project, 'runtime', 'name') ?? textAt(project, 'runtime');
    if (project === undefined || language === undefined) continue;
    const folder = folderOf(file);
    const main = resolvePath(folder, textAt(project, 'main') ?? '') ?? folder;
    if (language === 'yaml') {
      const within = (name: string) => (main === '' ? name : `${main}/${name}`);
      for (const path of [file, within('Main.yaml'), within('Main.yml')])
        resources.push(...inYaml(path, project, folder, files));
      continue;
    }
    const found = programResources(language, main, files);
    programs.push({ at: { file, line: 1, column: 1 }, language, isRead: found !== undefined });
    resources.push(...(found ?? []));
  }
  return { resources, programs };
}

/** Functions of Pulumi's YAML. Only those that pass a value on are read. */
const special: NonNullable<Source['special']> = (node, inner): Expression | undefined => {
  const [only] = entriesOf(node);
  if (!only?.key.startsWith('fn::')) return undefined;
  const { offset: at, end } = node;
  if (only.key === 'fn::secret') return inner(only.value);
  if (only.key === 'fn::join')
    return { kind: 'call', name: 'join', args: itemsOf(only.value).map(inner), at, end };
  return { kind: 'loop', parts: [], at, end };
};

function inYaml(file: string, project: YamlNode, folder: string, files: Files): Resource[] {
  const text = files.text(file);
  const root = text === undefined ? undefined : files.yaml(file);
  if (text === undefined || root === undefined) return [];
  const starts = lineStarts(text);
  const source: Source = { text, starts, nameOf: snakeCase, holdsData, special };
  const place = (offset: number): Place => ({ file, ...placeAt(starts, offset) });
  const entries = entriesOf(nodeAt(root, 'resources'));
  const scope = scopeOf(root, project, folder, files, source);
  return entries.flatMap(({ key, value }): Resource[] => {
    const type = typeOfToken(textAt(value, 'type') ?? '');
    const properties = nodeAt(value, 'properties');
    if (type === undefined || properties === undefined) return [];
    try {
      const body = bodyOf(properties, source);
      const at = place(value.offset);
      return [{ kind: 'resource', type, name: key, file, body, at, scope, place, text, folder }];
    } catch {
      // Pulumi reports an interpolation that is not valid.
      return [];
    }
  });
}

/** Configuration, with the values of every stack, variables of the program, and the names of its pools. */
function scopeOf(root: YamlNode, project: YamlNode, folder: string, files: Files, source: Source): HclScope {
  const stacks = files.paths.filter((path) => isStack(path) && folderOf(path) === folder);
  const literal = (node: YamlNode | undefined): Values[] =>
    node?.kind === 'text' && node.type !== 'null'
      ? [
          {
            values: [
              {
                value: node.type === 'boolean' ? node.text === 'true' : node.text,
                sure: true,
                at: node.offset,
                end: node.end,
              },
            ],
            open: false,
          },
        ]
      : [];
  const configured = (name: string): Values | undefined => {
    const declared = entryOf(nodeAt(project, 'config'), name) ?? entryOf(nodeAt(root, 'configuration'), name);
    const all = [
      ...literal(declared?.value),
      ...literal(nodeAt(declared?.value, 'default')),
      ...literal(nodeAt(declared?.value, 'value')),
      ...stacks.flatMap((path) =>
        entriesOf(nodeAt(files.yaml(path), 'config'))
          .filter(({ key }) => key === name || key.endsWith(`:${name}`))
          .flatMap(({ value }) => literal(value)),
      ),
    ];
    return all.length === 0 ? undefined : eitherOf(all);
  };
  const busy = new Set<string>();
  const scope: HclScope = ([name = '', ...rest]) => {
    if (busy.has(name)) return undefined;
    busy.add(name);
    try {
      const resource = nodeAt(root, 'resources', name);
      if (resource)
        return typeOfToken(textAt(resource, 'type') ?? '') === 'google_iam_workload_identity_pool'
          ? poolName(
              {
                body: bodyOf(nodeAt(resource, 'properties'), source),
                at: resource.offset,
                end: resource.end,
              },
              name,
              snakeCase(rest[0] ?? ''),
              scope,
            )
          : undefined;
      if (rest.length > 0) return undefined;
      const variable = nodeAt(root, 'variables', name);
      return variable ? evaluate(expressionOf(variable, source), scope) : configured(name);
    } catch {
      return undefined;
    } finally {
      busy.delete(name);
    }
  };
  return scope;
}
