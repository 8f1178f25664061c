/** Is a value only a reference to a secret, or a stand-in for one? Such a value may be uploaded. */
export function isPlaceholder(text: string): boolean {
  const value = text.trim().replace(/^(["'])(.*)\1$/, '$2');
  if (value === '' || /\$\{|\$\(|\{\{|%\w+%/.test(value) || /^\$\w+$/.test(value)) return true;
  if (/^<.*>$|^\[.*\]$/.test(value) || /^([x*.#_-])\1{2,}$/i.test(value)) return true;
  return /^(your\W.*|your[-_ ]?\w*|.*[-_ ](goes[-_ ])?here|change-?_?me|replace-?_?me|placeholder|redacted|example|dummy|fake|todo|secret|token|(my[-_ ]?)?password|passwd|none|null|true|false)$/i.test(
    value,
  );
}
