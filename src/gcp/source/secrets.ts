import { readSync } from 'node:fs';
import { isConfigFile, secretInConfig } from '../../domain/source/secrets/files.ts';
import { credentialsIn, jsonMarkers } from '../../domain/source/secrets/json.ts';
import { keyAt, keyMarkers, keyWindow } from '../../domain/source/secrets/private-key.ts';
import { tokenAt, tokenMarkers, tokenWindow } from '../../domain/source/secrets/tokens.ts';
import { markerSearch } from './marker-search.ts';

interface Search {
  bytes: Buffer;
  window: { before: number; after: number };
  /** Names the secret at the marker that begins at `at` of the text. */
  find: (text: string, at: number) => string | undefined;
}

const searches: readonly Search[] = [
  ...keyMarkers.map((marker) => ({ bytes: Buffer.from(marker, 'latin1'), window: keyWindow, find: keyAt })),
  ...tokenMarkers.map((marker) => ({
    bytes: Buffer.from(marker),
    window: tokenWindow,
    find: (text: string, at: number) => tokenAt(text, at, marker),
  })),
];
let search: ReturnType<typeof markerSearch<Search>> | undefined;
/** Builds its tables once a file is read: most actions read none. */
function markersIn(view: Buffer) {
  search ??= markerSearch(searches);
  return search(view);
}
const longestMarker = Math.max(...searches.map(({ bytes }) => bytes.length));
/** Credentials are short: a longer file is not parsed as JSON. */
const jsonLimit = 64 * 1024;

/** Looks for a secret in `view`, the bytes of a file from `offset` on. Reads the file around a marker that stands at an end of `view`. */
export function secretInPiece(descriptor: number, view: Buffer, offset: number): string | undefined {
  for (const { marker, at } of markersIn(view)) {
    const { before, after } = marker.window;
    const begin = Math.max(0, offset + at - before);
    const end = offset + at + after;
    const inView = begin >= offset && end <= offset + view.length;
    const text = inView
      ? view.toString('latin1', begin - offset, end - offset)
      : textBetween(descriptor, begin, end);
    const found = marker.find(text, offset + at - begin);
    if (found) return found;
  }
  return undefined;
}

function textBetween(descriptor: number, begin: number, end: number): string {
  const bytes = Buffer.alloc(end - begin);
  return bytes.toString('latin1', 0, readSync(descriptor, bytes, 0, bytes.length, begin));
}

/** Looks for a secret with a marker that begins in one piece and ends in the next. */
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
  for (const { marker, at } of markersIn(Buffer.from(text, 'latin1'))) {
    const begin = Math.max(0, at - marker.window.before);
    const found = marker.find(text.slice(begin, at + marker.window.after), at - begin);
    if (found) return found;
  }
  return undefined;
}
