import type { ASTNode } from '@marcbachmann/cel-js';
import { methods } from './strings.ts';
import { timeParts } from './times.ts';

/** Finds constructs for which the parser used here and Google's may differ, so that no result of them is certain. */

const relations: ReadonlySet<string> = new Set(['<', '<=', '>', '>=', 'in']);

/** Functions whose types the parser knows. */
const known: ReadonlySet<string> = new Set([
  ...methods.keys(),
  ...timeParts,
  ...['has', 'size', 'matches', 'join', 'dyn', 'string', 'int', 'timestamp', 'date'],
  ...['all', 'exists', 'exists_one', 'map', 'filter'],
]);

/** True if the expression calls a function with types that only Google knows. Google has accepted them. */
export function hasForeignCall(root: ASTNode): boolean {
  for (const node of nodesOf(root))
    if ((node.op === 'call' || node.op === 'rcall') && !known.has(node.args[0])) return true;
  return false;
}

/** Every node below this one, itself included. */
function* nodesOf(value: unknown): Generator<ASTNode> {
  if (Array.isArray(value)) for (const item of value) yield* nodesOf(item);
  else if (typeof value === 'object' && value !== null && 'op' in value && 'args' in value) {
    yield value as ASTNode;
    yield* nodesOf(value.args);
  }
}

/** An empty list in the text, or a loop over one. */
const isEmptyLiteral = (node: ASTNode): boolean =>
  (node.op === 'list' && node.args.length === 0) || (node.op === 'rcall' && isEmptyLiteral(node.args[1]));

const isFraction = (node: ASTNode) => node.op === 'value' && typeof node.args === 'number';

/** Why the result is not certain, or undefined if it is. */
export function doubtOf(root: ASTNode): string | undefined {
  for (const node of nodesOf(root)) {
    if (node.op === 'rcall' && isEmptyLiteral(node.args[1])) return 'the items of an empty list have no type';
    if ((node.op === '==' || node.op === '!=') && relations.has(node.args[1].op))
      return 'comparisons in a row need brackets';
    if (
      (node.op === '<' || node.op === '<=' || node.op === '>' || node.op === '>=') &&
      isFraction(node.args[0]) !== isFraction(node.args[1])
    )
      return 'CEL does not compare a fraction with an integer';
  }
  return undefined;
}
