/** Every secret of this process; nothing is printed, reported or saved without passing `redact`. */
export interface Secrets {
  /** Masks the value in the runner's log and in everything that these actions write. */
  add(value: string): void;
  redact(text: string): string;
}

/** `mask` tells the runner. JWTs are masked whole and by their parts, since a part alone still tells much. */
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
