import { Environment } from '@marcbachmann/cel-js';

/** CEL with the functions that Google's IAM adds to the language. */

let shared: Environment | undefined;
export function environment(): Environment {
  shared ??= new Environment({ unlistedVariablesAreDyn: true })
    .registerFunction('string.extract(string): string', extract)
    .registerFunction(
      'date(string): google.protobuf.Timestamp',
      (text: string) => new Date(`${text}T00:00:00Z`),
    )
    .registerFunction('string.replace(string, string): string', (text: string, from: string, to: string) =>
      text.replaceAll(from, to),
    );
  return shared;
}

/** IAM's `extract`: the text at `{name}` of the template, or an empty text if the template does not fit. */
function extract(text: string, template: string): string {
  const open = template.indexOf('{');
  const close = template.indexOf('}', open);
  if (open < 0 || close < 0) return '';
  const [before, after] = [template.slice(0, open), template.slice(close + 1)];
  const at = text.indexOf(before);
  if (at < 0) return '';
  const rest = text.slice(at + before.length);
  const end = after === '' ? rest.length : rest.indexOf(after);
  return end < 0 ? '' : rest.slice(0, end);
}
