import { fingerprint } from '../../data/fingerprint.ts';
import { isObject, type JsonObject, objectOf, textMapOf, textOf } from '../../data/json.ts';
import { ownLabelPrefix } from '../../product.ts';

/**
 * What a function resource has saved of the settings that traffic does not carry. A rollback does not change it: every
 * update of a function makes a new revision.
 */
export interface SavedSettings {
  ingress: string;
  /** `fingerprint` of the description, or an empty text if there is none. The record must not hold an input's text. */
  description: string;
  /** Without the labels of these actions and of Google. */
  labels: Record<string, string>;
}

const printOf = (text: string) => (text === '' ? '' : fingerprint(text));

const isTheirs = (label: string) => !label.startsWith(ownLabelPrefix) && !label.startsWith('goog-');

export function savedOf(fn: JsonObject | undefined): SavedSettings | undefined {
  if (fn === undefined) return undefined;
  const labels = Object.entries(textMapOf(fn.labels)).filter(([label]) => isTheirs(label));
  return {
    ingress: textOf(objectOf(fn.serviceConfig).ingressSettings) ?? 'ALLOW_ALL',
    description: printOf(textOf(fn.description) ?? ''),
    labels: Object.fromEntries(labels),
  };
}

/** Reads them from a record, with suspicion. */
export function parseSaved(value: unknown): SavedSettings | undefined {
  if (!isObject(value)) return undefined;
  const { ingress, description = '' } = value;
  const labels = Object.entries(textMapOf(value.labels));
  const good = labels.every(
    ([name, text]) => /^[\p{L}\p{N}_-]{1,63}$/u.test(name) && /^[\p{L}\p{N}_-]{0,63}$/u.test(text),
  );
  if (typeof ingress !== 'string' || !/^[A-Z_]{1,40}$/.test(ingress) || !good || labels.length > 64)
    return undefined;
  if (typeof description !== 'string' || !/^([0-9a-f]{16})?$/.test(description)) return undefined;
  return { ingress, description, labels: Object.fromEntries(labels) };
}

/**
 * The inputs of the next release that save again what was saved before, such as `ingress_settings: ALLOW_ALL`. Texts that
 * users wrote are named and not quoted, because no report holds the value of such an input.
 */
export function inputsToSave(before: SavedSettings, now: SavedSettings): string[] {
  const inputs: string[] = [];
  if (before.ingress !== now.ingress) inputs.push(`ingress_settings: ${before.ingress}`);
  if (before.description !== now.description)
    inputs.push(
      before.description === '' ? 'description: ""' : 'description, with its text from before this release',
    );
  const names = Object.keys(before.labels).sort().join(', ');
  if (labelText(before) !== labelText(now))
    inputs.push(
      names === '' ? 'labels: ""' : `labels, with the values from before this release (of ${names})`,
    );
  return inputs;
}

const labelText = ({ labels }: SavedSettings) =>
  Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join(',');
