import type { Expression } from './node.ts';
import { HclProblem, type Scanner } from './scanner.ts';
import { heredoc, quoted } from './template.ts';

const maxDepth = 100;
const levels = [['||'], ['&&'], ['==', '!='], ['<=', '>=', '<', '>'], ['+', '-'], ['*', '/', '%']];

/** Reads one expression. Inside brackets, line ends do not matter. */
export function expression(scanner: Scanner, depth: number, lines = false): Expression {
  if (depth > maxDepth) throw new HclProblem('it is nested too deeply', scanner.at);
  const inner = (nestedIn: Scanner) => {
    nestedIn.skip(true);
    return expression(nestedIn, depth + 1, true);
  };

  function choice(): Expression {
    const test = binary(0);
    scanner.skip(lines);
    if (!scanner.take('?')) return test;
    scanner.skip(true);
    const yes = expression(scanner, depth + 1, lines);
    scanner.skip(true);
    scanner.need(':');
    scanner.skip(true);
    const no = expression(scanner, depth + 1, lines);
    return { kind: 'choice', test, yes, no, at: test.at, end: no.end };
  }

  function binary(level: number): Expression {
    const ops = levels[level];
    if (!ops) return unary(0);
    let left = binary(level + 1);
    for (let turns = 0; ; turns++) {
      if (turns > 1000) throw new HclProblem('it is nested too deeply', scanner.at);
      const before = scanner.at;
      scanner.skip(lines);
      const op = ops.find(
        (one) =>
          scanner.peek(one) &&
          !(one === '/' && /^\/[/*]/.test(scanner.text.slice(scanner.at, scanner.at + 2))),
      );
      if (!op || (op === '-' && scanner.peek('->'))) {
        scanner.at = before;
        return left;
      }
      scanner.at += op.length;
      scanner.skip(true);
      const right = binary(level + 1);
      left = { kind: 'binary', op, left, right, at: left.at, end: right.end };
    }
  }

  function unary(signs: number): Expression {
    if (signs > maxDepth) throw new HclProblem('it is nested too deeply', scanner.at);
    const at = scanner.at;
    for (const op of ['!', '-'])
      if (scanner.peek(op) && !scanner.peek('!=')) {
        scanner.at++;
        scanner.skip(lines);
        const value = unary(signs + 1);
        return { kind: 'unary', op, value, at, end: value.end };
      }
    return postfix(term());
  }

  function term(): Expression {
    const at = scanner.at;
    if (scanner.peek('"')) return quoted(scanner, inner);
    if (scanner.peek('<<')) return heredoc(scanner, inner);
    if (scanner.take('(')) {
      const value = inner(scanner);
      scanner.skip(true);
      scanner.need(')');
      return { ...value, at, end: scanner.at };
    }
    if (scanner.take('[')) return list(at);
    if (scanner.take('{')) return object(at);
    const number = scanner.number();
    if (number !== undefined) return { kind: 'literal', value: number, at, end: scanner.at };
    const name = scanner.identifier();
    if (name === undefined) throw new HclProblem('expected a value', at);
    const end = scanner.at;
    if (name === 'true' || name === 'false') return { kind: 'literal', value: name === 'true', at, end };
    if (name === 'null') return { kind: 'literal', value: null, at, end };
    let whole = name;
    while (scanner.take('::')) whole += `::${scanner.identifier() ?? ''}`;
    if (scanner.take('(')) return call(whole, at);
    return { kind: 'reference', path: [name], at, end };
  }

  function call(name: string, at: number): Expression {
    const args: Expression[] = [];
    for (;;) {
      scanner.skip(true);
      if (scanner.take(')')) break;
      args.push(inner(scanner));
      scanner.skip(true);
      scanner.take('...');
      scanner.skip(true);
      if (!scanner.take(',') && !scanner.peek(')')) throw new HclProblem('expected , or )', scanner.at);
    }
    return { kind: 'call', name, args, at, end: scanner.at };
  }

  function list(at: number): Expression {
    scanner.skip(true);
    if (/^for\s/.test(scanner.text.slice(scanner.at, scanner.at + 4))) return loop(at, ']');
    const items: Expression[] = [];
    for (;;) {
      scanner.skip(true);
      if (scanner.take(']')) break;
      items.push(inner(scanner));
      scanner.skip(true);
      if (!scanner.take(',') && !scanner.peek(']')) throw new HclProblem('expected , or ]', scanner.at);
    }
    return { kind: 'list', items, at, end: scanner.at };
  }

  function object(at: number): Expression {
    scanner.skip(true);
    if (/^for\s/.test(scanner.text.slice(scanner.at, scanner.at + 4))) return loop(at, '}');
    const entries: { key: Expression; value: Expression }[] = [];
    for (;;) {
      scanner.skip(true);
      if (scanner.take('}')) break;
      const key = expression(scanner, depth + 1, false);
      scanner.skip(false);
      if (!scanner.take('=') && !scanner.take(':')) throw new HclProblem('expected = or :', scanner.at);
      scanner.skip(true);
      const value = expression(scanner, depth + 1, false);
      entries.push({ key: keyOf(key), value });
      scanner.skip(false);
      if (!scanner.take(',') && !scanner.take('\n') && !scanner.peek('}'))
        throw new HclProblem('expected , or }', scanner.at);
    }
    return { kind: 'object', entries, at, end: scanner.at };
  }

  /** `for k, v in from : key => value if test`. Its parts are read for what they name. */
  function loop(at: number, close: string): Expression {
    scanner.need('for');
    const parts: Expression[] = [];
    scanner.skip(true);
    scanner.identifier();
    scanner.skip(true);
    if (scanner.take(',')) {
      scanner.skip(true);
      scanner.identifier();
      scanner.skip(true);
    }
    scanner.need('in');
    parts.push(inner(scanner));
    scanner.skip(true);
    scanner.need(':');
    parts.push(inner(scanner));
    scanner.skip(true);
    if (scanner.take('=>')) {
      parts.push(inner(scanner));
      scanner.skip(true);
      scanner.take('...');
      scanner.skip(true);
    }
    if (/^if\b/.test(scanner.text.slice(scanner.at, scanner.at + 3))) {
      scanner.at += 2;
      parts.push(inner(scanner));
      scanner.skip(true);
    }
    scanner.need(close);
    return { kind: 'loop', parts, at, end: scanner.at };
  }

  function postfix(start: Expression): Expression {
    let value = start;
    for (let turns = 0; ; turns++) {
      if (turns > 200) throw new HclProblem('it is nested too deeply', scanner.at);
      if (scanner.peek('.*') || scanner.peek('[*]')) {
        scanner.at += scanner.peek('.*') ? 2 : 3;
        value = { kind: 'loop', parts: [value], at: value.at, end: scanner.at };
      } else if (scanner.peek('.') && !scanner.peek('..')) {
        scanner.at++;
        const name = scanner.identifier() ?? String(scanner.number() ?? '');
        if (name === '') throw new HclProblem('expected a name', scanner.at);
        value =
          value.kind === 'reference'
            ? { ...value, path: [...value.path, name], end: scanner.at }
            : { kind: 'attribute', from: value, name, at: value.at, end: scanner.at };
      } else if (scanner.take('[')) {
        const key = inner(scanner);
        scanner.skip(true);
        scanner.need(']');
        value = { kind: 'index', from: value, key, at: value.at, end: scanner.at };
      } else return value;
    }
  }

  return choice();
}

/** The name of an object's key, if it stands without quotes. */
const keyOf = (key: Expression): Expression =>
  key.kind === 'reference' ? { kind: 'literal', value: key.path.join('.'), at: key.at, end: key.end } : key;
