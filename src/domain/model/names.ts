import type { CarriedModel } from './model.ts';

/**
 * What a pattern may say to mean a model: its reference, `name@version`, and `name@alias` if the release that carries it named an alias.
 * The name is the last part of the reference: `ocr` of `mlflow://host/ocr/versions/7`, `model.onnx` of `gs://bucket/model.onnx#17`.
 * @param asked the model as the user of the release wrote it
 */
export function namesOfModel({ reference, version }: CarriedModel, asked?: string): string[] {
  const name = reference
    .replace(/#[^#/]*$/, '')
    .replace(/\/(?:versions|stages)\/[^/]+$/, '')
    .replace(/@[^/@]*$/, '')
    .split('/')
    .findLast((part) => part !== '');
  const alias = asked === undefined ? undefined : /@([^/@#]+)$/.exec(asked)?.[1];
  const names = [version, alias].flatMap((end) => (name && end ? [`${name}@${end}`] : []));
  return [...new Set([...names, reference])];
}

/** Whether a pattern means the model with these names. `*` stands for any text. */
export function meansModel(pattern: string, names: readonly string[]): boolean {
  const parts = pattern.split('*');
  return names.some((name) => matches(parts, name));
}

/** Without a regular expression, whose time could grow with the stars of a pattern. */
function matches([first = '', ...rest]: readonly string[], text: string): boolean {
  if (rest.length === 0) return text === first;
  if (!text.startsWith(first)) return false;
  const last = rest.at(-1) ?? '';
  let at = first.length;
  for (const part of rest.slice(0, -1)) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}
