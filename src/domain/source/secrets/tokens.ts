import { clouds } from './forms/clouds.ts';
import { databases } from './forms/databases.ts';
import { type SecretForm, window } from './forms/form.ts';
import { hosts } from './forms/hosts.ts';
import { models } from './forms/models.ts';
import { operations } from './forms/operations.ts';
import { services } from './forms/services.ts';

/** Every secret that is recognised by its form alone. */
export const forms: readonly SecretForm[] = [
  ...hosts,
  ...clouds,
  ...models,
  ...services,
  ...operations,
  ...databases,
];

const byMarker = new Map<string, SecretForm[]>();
for (const form of forms)
  for (const marker of form.markers) byMarker.set(marker, [...(byMarker.get(marker) ?? []), form]);

export const tokenMarkers: readonly string[] = [...byMarker.keys()];

/** Number of characters before a marker, and from its start on, that are read. */
export const tokenWindow = window;

/** Names the secret at the marker that starts at `at` of `text`. Undefined if the text only looks like one. */
export function tokenAt(text: string, at: number, marker: string): string | undefined {
  for (const { form, holds, what } of byMarker.get(marker) ?? [])
    for (const match of matches(form, text, at)) if (holds(match)) return what;
  return undefined;
}

/** The matches of a form that begin at the marker, or that contain it. */
function* matches(form: RegExp, text: string, at: number): Generator<RegExpExecArray> {
  form.lastIndex = form.sticky ? at : 0;
  for (let match = form.exec(text); match && match.index <= at; match = form.exec(text)) {
    const end = match.index + match[0].length;
    if (end > at) yield match;
    if (form.sticky) return;
    form.lastIndex = Math.max(end, match.index + 1);
  }
}
