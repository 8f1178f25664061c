import { Environment } from '@marcbachmann/cel-js';
import { RE2JS } from 're2js';

/** Evaluates CEL as Google's IAM does. */

const found = (text: string, pattern: string) => RE2JS.compile(pattern).matcher(text).find();

/** CEL as Google's services have it. A service adds functions of its own to the result. */
export const celEnvironment = (): Environment =>
  new Environment({ unlistedVariablesAreDyn: true })
    .registerFunction('string.extract(string): string', (text: string, template: string) =>
      extract(text, template),
    )
    // The library's own `matches` uses the expressions of JavaScript. CEL's are those of RE2.
    .registerFunction('string.matchesRe2(string): bool', found)
    .registerFunction('matchesRe2(string, string): bool', found);

const environment = celEnvironment();

/**
 * The `extract` function of IAM (cloud.google.com/iam/docs/conditions-attribute-reference, "Extract function"): returns
 * the part of the text at the place of the template's `{name}`, or '' if the template does not match.
 */
export function extract(text: string, template: string): string {
  const parts = /^([^{]*)\{[^}]*\}(.*)$/s.exec(template);
  if (!parts) return '';
  const [, before, after] = parts as unknown as [string, string, string];
  const start = text.indexOf(before);
  if (start < 0) return '';
  const rest = text.slice(start + before.length);
  if (after === '') return rest;
  const end = rest.indexOf(after);
  return end < 0 ? '' : rest.slice(0, end);
}

const stringLiteral = /("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')/;

/** The library reserves the name `google`, and `matches` needs RE2. So both are renamed, except inside string literals. */
export function renamed(expression: string): string {
  return expression
    .split(stringLiteral)
    .map((part, i) =>
      i % 2
        ? part
        : part.replace(/(?<![\w.])google(?=\s*\.)/g, 'google_').replace(/\bmatches(?=\s*\()/g, 'matchesRe2'),
    )
    .join('');
}

/** Evaluates an expression with the given variables, such as `assertion`, `google` and `attribute`. Throws on a CEL error. */
export function evaluate(expression: string, variables: Record<string, unknown>): unknown {
  const { google, ...rest } = variables;
  return environment.evaluate(
    renamed(expression),
    google === undefined ? rest : { ...rest, google_: google },
  );
}

/**
 * Tests the condition of an allow or deny policy. A condition that cannot be evaluated does not hold.
 * @param resource full resource name; conditions see it without the leading `//service/`
 */
export function conditionHolds(expression: string, resource: string, now: number): boolean {
  const [, service, name] = /^\/\/([^/]+)\/(.*)$/.exec(resource) ?? [];
  try {
    const variables = {
      request: { time: new Date(now) },
      resource: { name: name ?? resource, service: service ?? '', type: '' },
    };
    return evaluate(expression, variables) === true;
  } catch {
    return false;
  }
}
