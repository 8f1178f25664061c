import { type JSONValue, search } from '@jmespath-community/jmespath';
import { type Json, jsonText } from '../data/json.ts';
import type { TextSource } from './suite/model.ts';

/** What the function answered, as far as it may be looked at: everything in it is hostile. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
  /** The body was longer than is read. */
  truncated: boolean;
  /** The body is not UTF-8; what could be read is. */
  garbled: boolean;
  milliseconds: number;
}

export type TextRead =
  | { text: string; json: Json | undefined; problem?: undefined }
  | { text?: undefined; json?: Json | undefined; problem: string };

const paths = {
  vision: 'responses[0].fullTextAnnotation.text || responses[0].textAnnotations[0].description',
  documentai: 'document.text',
  json: 'text || lines[].text',
} as const;
const errorPaths = { vision: 'responses[0].error', documentai: 'error', json: 'error' } as const;

function evaluate(json: Json, path: string): Json | undefined {
  try {
    return search(json as JSONValue, path) as Json;
  } catch {
    return undefined;
  }
}

/** The value at a JMESPath, undefined where there is none or the path does not apply. */
export function valueAt(json: Json | undefined, path: string): Json | undefined {
  const value = json === undefined ? undefined : evaluate(json, path);
  // The engine reads properties through the prototype, so a path such as `constructor` finds a function.
  return value === null || typeof value === 'function' ? undefined : value;
}

function parse(body: string): Json | undefined {
  try {
    return JSON.parse(body) as Json;
  } catch {
    return undefined;
  }
}

function asText(value: Json | undefined, join: string): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value))
    return value.filter((part) => typeof part === 'string' || typeof part === 'number').join(join);
  return undefined;
}

/** Which shape an answer has, where the suite does not say. */
function detect(json: Json | undefined): Exclude<TextSource['preset'], 'auto'> {
  if (json === null || typeof json !== 'object' || Array.isArray(json)) return 'plain';
  if (Array.isArray(json.responses)) return 'vision';
  if (json.document !== null && typeof json.document === 'object') return 'documentai';
  return 'json';
}

/** The recognised text of an answer, or one sentence why there is none. */
export function readText(answer: Answer, source: TextSource): TextRead {
  if (answer.truncated) return { problem: 'The answer is larger than 4 MiB.' };
  if (answer.garbled) return { problem: 'The answer is not UTF-8.' };
  const json = parse(answer.body);
  const preset = source.preset === 'auto' ? detect(json) : source.preset;
  if (source.path === undefined && preset === 'plain') return { text: answer.body, json };
  if (json === undefined) return { problem: 'The answer is not JSON.' };
  const errorPath =
    source.noErrorAt ?? (source.path === undefined && preset !== 'plain' ? errorPaths[preset] : undefined);
  const error = errorPath === undefined ? undefined : valueAt(json, errorPath);
  if (error !== undefined)
    return {
      json,
      problem: `The answer holds an error at ${errorPath}: ${jsonText(error).slice(0, 200)}`,
    };
  const path = source.path ?? (preset === 'plain' ? '@' : paths[preset]);
  const text = asText(valueAt(json, path), source.join);
  if (text !== undefined) return { text, json };
  // Vision leaves the key out where there is no text at all (REST; its client libraries make it an empty list).
  const blank =
    preset === 'vision' && source.path === undefined && valueAt(json, 'responses[0]') !== undefined;
  return blank ? { text: '', json } : { json, problem: `The answer holds no text at ${path}.` };
}
