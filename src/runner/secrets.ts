import { Redactor } from '../domain/text/redactor.ts';

/** The secrets of this process. Everything that is printed, reported or saved passes through `redact` first. */
export interface Secrets {
  /** From now on the value is masked in the job's log and in everything that the action writes. */
  add(value: string): void;
  /** The value of a variable: the action never writes it, but the log of other steps is not masked. */
  hide(value: string): void;
  /** A text that everybody may read. Pieces that it shares with a secret stay readable. */
  show(text: string): void;
  redact(text: string): string;
  /** Redacts every text in a structure, keys included. Call it before the structure is escaped or rendered. */
  redactAll<T>(value: T): T;
}

/**
 * `mask` makes the runner mask a value in the log. A JWT is masked as a whole and part by part, because a single part
 * already gives away much.
 */
export function createSecrets(mask: (value: string) => void): Secrets {
  const redactor = new Redactor();
  const known = new Set<string>();
  const remember = (value: string) => {
    if (value.length < 8 || known.has(value)) return;
    known.add(value);
    mask(value);
    redactor.add(value);
  };
  const redact = (text: string): string =>
    redactor
      .redact(text)
      .replace(/\beyJ[\w-]{8,}\.[\w-]{8,}(\.[\w-]*)?/g, '***')
      .replace(/\bya29\.[\w.-]{8,}/g, '***')
      .replace(
        /([?&](?:X-Goog-Signature|X-Goog-Credential|token|access_token|id_token)=)[^&\s"]+/gi,
        '$1***',
      );
  const redactAll = <T>(value: T): T => {
    if (typeof value === 'string') return redact(value) as T;
    if (Array.isArray(value)) return value.map(redactAll) as T;
    if (typeof value !== 'object' || value === null || !isPlain(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, part]) => [redact(key), redactAll(part)]),
    ) as T;
  };
  return {
    add: (value) => {
      remember(value);
      const parts = value.split('.');
      if (parts.length === 3) for (const part of parts.slice(1)) if (part.length >= 16) remember(part);
    },
    hide: (value) => redactor.addPrivate(value),
    show: (text) => redactor.addPublic(text),
    redact,
    redactAll,
  };
}

/** Dates, maps and other objects with behaviour stay as they are. */
const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};
