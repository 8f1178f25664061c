import { entriesOf, entryOf, scalarsOf, type YamlNode, type YamlText } from '../../yaml/node.ts';
import type { Place } from '../files/repository.ts';
import { interpolate, type Lookup } from './expression.ts';
import type { Permissions, StepInput, Uses } from './model.ts';

/** Small parts of a workflow, read from their nodes. */

export const placeOf = (file: string, node: { line: number; column: number }): Place => ({
  file,
  line: node.line,
  column: node.column,
});

export function permissionsOf(node: YamlNode | undefined): Permissions | undefined {
  if (!node) return undefined;
  if (node.kind === 'text') {
    if (node.text === 'write-all') return { all: 'write' };
    if (node.text === 'read-all') return { all: 'read' };
    return { scopes: new Map() };
  }
  const scopes = entriesOf(node).map(
    ({ key, value }) => [key, value.kind === 'text' ? value.text : ''] as const,
  );
  return { scopes: new Map(scopes) };
}

export function usesOf(file: string, node: YamlNode | undefined): Uses | undefined {
  if (node?.kind !== 'text' || node.text === '') return undefined;
  const [, name = '', ref] = /^([^@]*)(?:@(.*))?$/s.exec(node.text.trim()) ?? [];
  return { name, ref, text: node.text.trim(), at: placeOf(file, node) };
}

/** The events of `on:`, which may be one name, a list or a map. YAML 1.1 would read the key as true. */
export function eventsOf(root: YamlNode): ReadonlyMap<string, YamlNode | undefined> {
  const on = (entryOf(root, 'on') ?? entryOf(root, 'true'))?.value;
  if (on?.kind === 'map') return new Map(on.entries.map(({ key, value }) => [key, value]));
  return new Map(scalarsOf(on).map((name) => [name, undefined]));
}

export function inputsOf(file: string, node: YamlNode | undefined, lookup: Lookup): Map<string, StepInput> {
  return new Map(
    entriesOf(node).flatMap(({ key, value }) =>
      value.kind === 'text' ? [[key, inputOf(file, value, lookup)] as const] : [],
    ),
  );
}

const inputOf = (file: string, node: YamlText, lookup: Lookup): StepInput => ({
  text: node.text,
  known: node.text.includes('${{') ? interpolate(node.text, lookup) : node.text,
  at: placeOf(file, node),
  node,
});
