import { lineStarts, placeAt } from '../files/repository.ts';
import { expression } from './expression.ts';
import type { Body, Expression } from './node.ts';
import { HclProblem, Scanner } from './scanner.ts';
import { unquoted } from './template.ts';

export type ParsedHcl = { body: Body } | { problem: string };

const maxDepth = 60;

/** Parses HCL's native syntax (github.com/hashicorp/hcl, hclsyntax/spec.md). Never throws. */
export function parseHcl(text: string): ParsedHcl {
  const scanner = new Scanner(text.startsWith('\ufeff') ? text.slice(1) : text);
  try {
    const body = readBody(scanner, 0);
    if (!scanner.isAtEnd) throw new HclProblem('expected an attribute or a block', scanner.at);
    return { body };
  } catch (error) {
    if (!(error instanceof HclProblem)) return { problem: 'it is nested too deeply' };
    const { line } = placeAt(lineStarts(text), error.at);
    return { problem: `it is not valid HCL: line ${line}: ${error.message}` };
  }
}

function readBody(scanner: Scanner, depth: number): Body {
  if (depth > maxDepth) throw new HclProblem('it is nested too deeply', scanner.at);
  const body: Body = { attributes: [], blocks: [] };
  for (;;) {
    scanner.skip(true);
    const at = scanner.at;
    const name = scanner.identifier();
    if (name === undefined) return body;
    scanner.skip(false);
    if (scanner.peek('=') && !scanner.peek('==')) {
      scanner.at++;
      scanner.skip(true);
      const value = expression(scanner, depth);
      body.attributes.push({ name, at, end: value.end, value });
      lineEnd(scanner);
      continue;
    }
    const labels: string[] = [];
    while (!scanner.peek('{')) {
      const label = scanner.peek('"') ? labelOf(expression(scanner, depth)) : scanner.identifier();
      if (label === undefined) throw new HclProblem('expected =, a label or {', scanner.at);
      labels.push(label);
      scanner.skip(false);
    }
    scanner.need('{');
    const inner = readBody(scanner, depth + 1);
    scanner.skip(true);
    scanner.need('}');
    body.blocks.push({ type: name, labels, at, end: scanner.at, body: inner });
    scanner.skip(false);
  }
}

/** Parses the text of `source` between two offsets as a template, as a string of Terraform's JSON syntax holds it. */
export function parseTemplate(source: string, at: number, end: number): Expression {
  const scanner = new Scanner(source.slice(0, end));
  scanner.at = at;
  return unquoted(scanner, (nested) => {
    nested.skip(true);
    return expression(nested, 0, true);
  });
}

const labelOf = (value: Expression): string | undefined =>
  value.kind === 'literal' && typeof value.value === 'string' ? value.value : undefined;

function lineEnd(scanner: Scanner): void {
  scanner.skip(false);
  if (scanner.isAtEnd || scanner.peek('}') || scanner.take('\n')) return;
  // A one-line block may separate nothing, and old files end an attribute with a comma.
  if (scanner.take(',')) return;
  throw new HclProblem('expected the end of the line', scanner.at);
}
