import { entriesOf, type YamlNode, type YamlText } from '../../yaml/node.ts';
import { readYaml } from '../../yaml/read-yaml.ts';
import { lineStarts, offsetAt } from '../files/repository.ts';
import type { Block, Body, Expression } from './node.ts';
import { type ParsedHcl, parseTemplate } from './parse-hcl.ts';
import { HclProblem } from './scanner.ts';

/** How many labels stand between the type of a block and its body. */
const labels: Readonly<Record<string, number>> = {
  resource: 2,
  data: 2,
  variable: 1,
  output: 1,
  module: 1,
  provider: 1,
  provisioner: 1,
};

/**
 * Parses Terraform's JSON syntax (`*.tf.json` and `*.tfvars.json`) into the tree of the native one. JSON does not say whether an object is
 * a block or the value of an attribute: the schema of the provider does. So an object stands in the tree as both.
 */
export function parseJson(file: string, text: string): ParsedHcl {
  const read = readYaml(text);
  if ('problem' in read) return { problem: read.problem.replace('YAML', 'JSON') };
  const [root] = read.documents;
  try {
    return { body: bodyOf(root, { text, starts: lineStarts(text) }, file.endsWith('.tfvars.json')) };
  } catch (error) {
    return {
      problem:
        error instanceof HclProblem && !/nested/.test(error.message)
          ? `it holds a template that is not valid HCL: ${error.message}`
          : 'it is nested too deeply',
    };
  }
}

/** Where the values come from. Pulumi has other names for the same properties, and functions among the values. */
export interface Source {
  text: string;
  starts: readonly number[];
  nameOf?(key: string): string;
  /** The keys below this property are data and no names. */
  holdsData?(name: string): boolean;
  special?(node: YamlNode, inner: (part: YamlNode) => Expression): Expression | undefined;
}

export function bodyOf(node: YamlNode | undefined, source: Source, isValues = false): Body {
  const body: Body = { attributes: [], blocks: [] };
  for (const entry of entriesOf(node)) {
    // The name of a comment.
    if (entry.key === '//') continue;
    const at = offsetAt(source.starts, entry.keyLine, entry.keyColumn);
    const name = source.nameOf?.(entry.key) ?? entry.key;
    const { nameOf, ...plain } = source;
    const inner = source.holdsData?.(name) ? plain : source;
    body.attributes.push({ name, at, end: entry.value.end, value: expressionOf(entry.value, inner) });
    if (!isValues) body.blocks.push(...blocksOf(name, [], entry.value, at, inner));
  }
  return body;
}

function blocksOf(type: string, named: string[], value: YamlNode, at: number, source: Source): Block[] {
  if (value.kind === 'list') return value.items.flatMap((item) => blocksOf(type, named, item, at, source));
  if (value.kind !== 'map') return [];
  if (named.length < (labels[type] ?? 0))
    return value.entries.flatMap((entry) =>
      blocksOf(
        type,
        [...named, entry.key],
        entry.value,
        offsetAt(source.starts, entry.keyLine, entry.keyColumn),
        source,
      ),
    );
  return [{ type, labels: named, at, end: value.end, body: bodyOf(value, source) }];
}

export function expressionOf(node: YamlNode, source: Source): Expression {
  const { offset: at, end } = node;
  const special = source.special?.(node, (part) => expressionOf(part, source));
  if (special) return special;
  if (node.kind === 'list')
    return { kind: 'list', items: node.items.map((item) => expressionOf(item, source)), at, end };
  if (node.kind === 'map') {
    const entries = node.entries.map(({ key, keyLine, keyColumn, value }) => {
      const keyAt = offsetAt(source.starts, keyLine, keyColumn);
      const name: Expression = {
        kind: 'literal',
        value: source.nameOf?.(key) ?? key,
        at: keyAt,
        end: keyAt + key.length + 2,
      };
      return { key: name, value: expressionOf(value, source) };
    });
    return { kind: 'object', entries, at, end };
  }
  return scalarOf(node, source);
}

function scalarOf(node: YamlText, { text }: Source): Expression {
  const { offset: at, end } = node;
  if (node.type === 'null') return { kind: 'literal', value: null, at, end };
  if (node.type === 'boolean') return { kind: 'literal', value: node.text === 'true', at, end };
  if (node.type === 'number') return { kind: 'literal', value: Number(node.text), at, end };
  if (!/[$%]\{/.test(node.text)) return { kind: 'literal', value: node.text, at, end };
  // Without escapes, the characters of the file are those of the string, so that each part keeps its place.
  const quote = node.style === 'quoted' ? 1 : 0;
  const parsed =
    text.slice(at + quote, end - quote) === node.text
      ? parseTemplate(text, at + quote, end - quote)
      : parseTemplate(node.text, 0, node.text.length);
  return { ...parsed, at, end };
}
