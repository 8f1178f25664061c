/** The secrets of this process. Everything that is printed, reported or saved passes through `redact` first. */
export interface Secrets {
  /** From now on the value is masked in the job's log and in everything that the action writes. */
  add(value: string): void;
  redact(text: string): string;
}

/**
 * `mask` makes the runner mask a value in the log. A JWT is masked as a whole and part by part, because a single part
 * already gives away much.
 */
export function createSecrets(mask: (value: string) => void): Secrets {
  const known = new Set<string>();
  const remember = (value: string) => {
    if (value.length < 8 || known.has(value)) return;
    known.add(value);
    mask(value);
  };
  return {
    add: (value) => {
      remember(value);
      const parts = value.split('.');
      if (parts.length === 3) for (const part of parts.slice(1)) if (part.length >= 16) remember(part);
    },
    redact: (text) => {
      let clean = text;
      for (const value of [...known].sort((a, b) => b.length - a.length))
        clean = clean.split(value).join('***');
      return clean
        .replace(/\beyJ[\w-]{8,}\.[\w-]{8,}(\.[\w-]*)?/g, '***')
        .replace(/\bya29\.[\w.-]{8,}/g, '***')
        .replace(
          /([?&](?:X-Goog-Signature|X-Goog-Credential|token|access_token|id_token)=)[^&\s"]+/gi,
          '$1***',
        );
    },
  };
}
