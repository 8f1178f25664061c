import { Environment } from '@marcbachmann/cel-js';

/** Evaluates CEL as Google's IAM does. */

const environment = new Environment({ unlistedVariablesAreDyn: true }).registerFunction(
  'string.extract(string): string',
  (text: string, template: string) => extract(text, template),
);

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

/** The library reserves the name `google`, so it is renamed, except inside string literals. */
function renameGoogle(expression: string): string {
  return expression
    .split(stringLiteral)
    .map((part, i) => (i % 2 ? part : part.replace(/(?<![\w.])google(?=\s*\.)/g, 'google_')))
    .join('');
}

/** Evaluates an expression with the given variables, such as `assertion`, `google` and `attribute`. Throws on a CEL error. */
export function evaluate(expression: string, variables: Record<string, unknown>): unknown {
  const { google, ...rest } = variables;
  return environment.evaluate(
    renameGoogle(expression),
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
