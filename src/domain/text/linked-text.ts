import { markdownText, proseText } from './safe-text.ts';

const consoleUrl =
  /https:\/\/console\.cloud\.google\.com\/[A-Za-z0-9/._~;=?&%,:+-]{0,500}[A-Za-z0-9/_~=&%+-]/;

/** Text in which addresses of Google's console are links and backticks are code. Nothing else becomes markup. */
export function linkedText(text: string, maxLength = 800): string {
  const found = consoleUrl.exec(text);
  if (!found) return proseText(text, maxLength);
  const [url] = found;
  const before = text.slice(0, found.index);
  const after = text.slice(found.index + url.length);
  // "The whole log: ADDRESS." becomes one link. What stands before that sentence stays text.
  const start = before.lastIndexOf('. ') + 2;
  const [earlier, label] = start > 1 ? [before.slice(0, start), before.slice(start)] : ['', before];
  if (/^[^`\n]+: $/.test(label) && /^\.?$/.test(after))
    return `${proseText(earlier, maxLength)}[${markdownText(label.slice(0, -2), 200)}](${url})`;
  return `${proseText(before, maxLength)}[console.cloud.google.com](${url})${linkedText(after, maxLength)}`;
}
