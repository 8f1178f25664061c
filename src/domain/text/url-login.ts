/** Decodes `%40` and the like. A text that is not encoded rightly, such as a password with a bare percent sign, stays as it is. */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const base64Of = (text: string) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

/** All forms in which `user:password`, as it stands in a URL, can appear in a text: in parts, decoded, and in a header. */
export function loginForms(login: string): string[] {
  const colon = login.indexOf(':');
  const password = login.slice(colon + 1);
  const plain = login.split(':').map(percentDecoded).join(':');
  const sent = colon < 0 ? `${plain}:` : plain;
  return [login, password, percentDecoded(password), plain, base64Of(plain), sent, base64Of(sent)];
}
