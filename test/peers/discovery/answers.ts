import type { Facts } from './facts.ts';

export interface Checked {
  /** Fields that were looked up, each counted once. */
  seen: Set<string>;
  /** Fields of answers that the documented schema does not have. */
  strange: Set<string>;
}

/** Looks up every field of an answer in the documented schema of the method. */
export function checkAnswer(known: Facts, type: string, value: unknown, checked: Checked): void {
  if (type.startsWith('[]')) {
    for (const item of Array.isArray(value) ? value : []) checkAnswer(known, type.slice(2), item, checked);
    return;
  }
  if (value === null || typeof value !== 'object') return;
  if (type.startsWith('{}')) {
    for (const item of Object.values(value)) checkAnswer(known, type.slice(2), item, checked);
    return;
  }
  const name = type.startsWith('$') ? type.slice(1) : undefined;
  const fields = name === undefined ? undefined : known.schemas[name];
  if (!fields) return;
  for (const [field, content] of Object.entries(value)) {
    // A message in google.protobuf.Any names its type.
    if (field === '@type') continue;
    checked.seen.add(`${name}.${field}`);
    const inner = Object.hasOwn(fields, field) ? fields[field] : undefined;
    if (inner === undefined) checked.strange.add(`${name}.${field}`);
    else checkAnswer(known, inner, content, checked);
  }
}
