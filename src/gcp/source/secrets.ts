import { readSync } from 'node:fs';
import { isConfigFile, secretInConfig } from '../../domain/source/secrets/files.ts';
import { credentialsIn, jsonMarkers } from '../../domain/source/secrets/json.ts';
import { keyAt, keyMarkers, keyWindow } from '../../domain/source/secrets/private-key.ts';
import { tokenAt, tokenMarkers, tokenWindow } from '../../domain/source/secrets/tokens.ts';

interface Search {
  marker: Buffer;
  window: number;
  find: (text: string) => string | undefined;
}

const searches: readonly Search[] = [
  ...keyMarkers.map((marker) => ({ marker: Buffer.from(marker), window: keyWindow, find: keyAt })),
  ...tokenMarkers.map((marker) => ({ marker: Buffer.from(marker), window: tokenWindow, find: tokenAt })),
];
const longestMarker = Math.max(...searches.map(({ marker }) => marker.length));
/** Credentials are short: a longer file is not parsed as JSON. */
const jsonLimit = 64 * 1024;

/** Looks for a secret in `view`, the bytes of a file from `offset` on. Reads on after a marker. */
export function secretInPiece(descriptor: number, view: Buffer, offset: number): string | undefined {
  for (const { marker, window, find } of searches) {
    for (let at = view.indexOf(marker); at >= 0; at = view.indexOf(marker, at + marker.length)) {
      const bytes = Buffer.alloc(window);
      const length = readSync(descriptor, bytes, 0, window, offset + at);
      const found = find(bytes.toString('latin1', 0, length));
      if (found) return found;
    }
  }
  return undefined;
}

/** Looks for a secret whose marker begins in one piece and ends in the next. */
export function secretAcross(descriptor: number, boundary: number): string | undefined {
  const seam = Buffer.alloc(2 * longestMarker);
  const start = boundary - longestMarker;
  const length = readSync(descriptor, seam, 0, seam.length, start);
  return secretInPiece(descriptor, seam.subarray(0, length), start);
}

/** Judges a file as a whole by its first piece: by its name and settings, and as JSON. */
export function secretInFile(path: string, bytes: Buffer): string | undefined {
  const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  const isConfig = isConfigFile(path);
  const isJson =
    isUtf16 || (bytes.length <= jsonLimit && /^(\xef\xbb\xbf)?\s*\{/.test(bytes.toString('latin1', 0, 99)));
  if (!isConfig && !isJson) return undefined;
  const text = isUtf16
    ? new TextDecoder(bytes[0] === 0xff ? 'utf-16le' : 'utf-16be').decode(bytes)
    : bytes.toString('utf8').replace(/^\ufeff/, '');
  return (
    (isConfig ? secretInConfig(path, text) : undefined) ??
    (isJson ? jsonSecret(text) : undefined) ??
    (isUtf16 ? secretInText(text) : undefined)
  );
}

function jsonSecret(text: string): string | undefined {
  if (!/^\s*\{/.test(text) || !jsonMarkers.test(text)) return undefined;
  try {
    return credentialsIn(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** The search of `secretInPiece`, in text that was decoded. */
function secretInText(text: string): string | undefined {
  for (const { marker, window, find } of searches) {
    const word = marker.toString();
    for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
      const found = find(text.slice(at, at + window));
      if (found) return found;
    }
  }
  return undefined;
}
