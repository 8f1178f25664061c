import { z } from 'zod';
import type { Path } from '../../../data/locate.ts';
import { suiteSchema } from './suite-file.ts';

type Node = Record<string, unknown>;

const branchesOf = (node: Node): Node[] =>
  Array.isArray(node.anyOf) ? (node.anyOf as Node[]).flatMap(branchesOf) : [node];

/** The schema below a node for one step of a path, or an empty list. */
function below(node: Node, step: PropertyKey): Node[] {
  const next =
    typeof step === 'number'
      ? node.items
      : ((node.properties as Node | undefined)?.[String(step)] ?? node.additionalProperties);
  return next && typeof next === 'object' ? [next as Node] : [];
}

/** The keys that the schema allows at a path, in every branch of a union. */
export function knownKeys(path: Path): string[] {
  let nodes: Node[] = [z.toJSONSchema(suiteSchema, { io: 'input' }) as Node];
  for (const step of path) nodes = nodes.flatMap(branchesOf).flatMap((node) => below(node, step));
  return nodes
    .flatMap(branchesOf)
    .flatMap((node) => Object.keys((node.properties as Node | undefined) ?? {}));
}
