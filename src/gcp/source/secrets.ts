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
const underscore = 0x5f;

/**
 * Most markers of tokens are short and hold an underscore, which is rare in a text: one search for it takes a fraction of the time of a
 * search for each marker. They are kept by the character before their first underscore.
 */
const byUnderscore = new Map<number, { search: Search; at: number }[]>();
const others: Search[] = [];
for (const search of searches) {
  const at = search.marker.indexOf(underscore);
  if (at < 1) others.push(search);
  else {
    const before = search.marker[at - 1] as number;
    byUnderscore.set(before, [...(byUnderscore.get(before) ?? []), { search, at }]);
  }
}

function isAt(view: Buffer, marker: Buffer, start: number): boolean {
  if (start < 0) return false;
  for (let at = 0; at < marker.length; at++) if (view[start + at] !== marker[at]) return false;
  return true;
}

/** Every marker in `view`, and where it begins. */
function* markersIn(view: Buffer): Generator<[Search, number]> {
  for (const search of others)
    for (
      let at = view.indexOf(search.marker);
      at >= 0;
      at = view.indexOf(search.marker, at + search.marker.length)
    )
      yield [search, at];
  for (let hit = view.indexOf(underscore); hit >= 0; hit = view.indexOf(underscore, hit + 1))
    for (const { search, at } of byUnderscore.get(view[hit - 1] ?? 0) ?? [])
      if (isAt(view, search.marker, hit - at)) yield [search, hit - at];
}

/** Looks for a secret in `view`, the bytes of a file from `offset` on. Reads on after a marker. */
export function secretInPiece(descriptor: number, view: Buffer, offset: number): string | undefined {
  for (const [{ window, find }, at] of markersIn(view)) {
    const bytes = Buffer.alloc(window);
    const length = readSync(descriptor, bytes, 0, window, offset + at);
    const found = find(bytes.toString('latin1', 0, length));
    if (found) return found;
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
export function secretInFile(path: string, bytes: Buffer): { what: string; fix?: string } | undefined {
  const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  const isConfig = isConfigFile(path);
  const isJson =
    isUtf16 || (bytes.length <= jsonLimit && /^(\xef\xbb\xbf)?\s*\{/.test(bytes.toString('latin1', 0, 99)));
  if (!isConfig && !isJson) return undefined;
  const text = isUtf16
    ? new TextDecoder(bytes[0] === 0xff ? 'utf-16le' : 'utf-16be').decode(bytes)
    : bytes.toString('utf8').replace(/^\ufeff/, '');
  const config = isConfig ? secretInConfig(path, text) : undefined;
  if (config) return config;
  const what = (isJson ? jsonSecret(text) : undefined) ?? (isUtf16 ? secretInText(text) : undefined);
  return what === undefined ? undefined : { what };
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
  for (const [{ window, find }, at] of markersIn(Buffer.from(text, 'latin1'))) {
    const found = find(text.slice(at, at + window));
    if (found) return found;
  }
  return undefined;
}
