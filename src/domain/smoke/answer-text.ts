import { type JSONValue, search } from '@jmespath-community/jmespath';
import { isObject, type Json, jsonText } from '../data/json.ts';
import type { TextSource } from './suite/model.ts';

/** What the function answered. Everything in it is hostile. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
  /** The body was longer than the limit, so only its beginning was read. */
  truncated: boolean;
  /** The body is not valid UTF-8; `body` holds replacement characters. */
  garbled: boolean;
  milliseconds: number;
}

/** The recognised text, or one sentence that says why there is none. `json` is the parsed body, if it is JSON. */
export type TextRead =
  | { text: string; json: Json | undefined; problem?: undefined }
  | { text?: undefined; json?: Json | undefined; problem: string };

/** Where each shape of answer has its text. The first text that is not empty counts; an empty text is a text too. */
const paths = {
  vision: ['responses[0].fullTextAnnotation.text', 'responses[0].textAnnotations[0].description'],
  documentai: ['document.text'],
  json: ['text', 'lines[].text'],
} as const;
/** Google's REST APIs leave an empty text out, so an answer with this value and without a text is that of a blank page. */
const blankPaths = { vision: 'responses[0]', documentai: 'document', json: undefined } as const;
const errorPaths = { vision: 'responses[0].error', documentai: 'error', json: 'error' } as const;

function evaluate(json: Json, path: string): Json | undefined {
  try {
    return search(json as JSONValue, path) as Json;
  } catch {
    return undefined;
  }
}

/** The value at a JMESPath; undefined if there is none or if the path does not apply to this JSON. */
export function valueAt(json: Json | undefined, path: string): Json | undefined {
  const value = json === undefined ? undefined : evaluate(json, path);
  // The engine also reads properties of the prototype, so a path such as `constructor` finds a function.
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

/** Guesses the shape of an answer if the suite does not name it. */
function detect(json: Json | undefined): Exclude<TextSource['preset'], 'auto'> {
  if (!isObject(json)) return 'plain';
  if (Array.isArray(json.responses)) return 'vision';
  if (json.document !== null && typeof json.document === 'object') return 'documentai';
  return 'json';
}

/** Whether a value means that something is there. As in JMESPath, `false` and everything empty mean that nothing is. */
function isPresent(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === false || value === '') return false;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}

/** Reads the recognised text from an answer. */
export function readText(answer: Answer, source: TextSource): TextRead {
  if (answer.truncated) return { problem: 'The answer is larger than 4 MiB.' };
  if (answer.garbled) return { problem: 'The answer is not UTF-8.' };
  const json = parse(answer.body);
  const preset = source.preset === 'auto' ? detect(json) : source.preset;
  if (source.path === undefined && preset === 'plain') return { text: answer.body, json };
  if (json === undefined) return { problem: 'The answer is not JSON.' };
  const shape = source.path === undefined && preset !== 'plain' ? preset : undefined;
  const errorPath = source.noErrorAt ?? (shape && errorPaths[shape]);
  const error = errorPath === undefined ? undefined : valueAt(json, errorPath);
  if (error !== undefined && isPresent(error))
    return {
      json,
      problem: `The answer holds an error at ${errorPath}: ${jsonText(error).slice(0, 200)}`,
    };
  const wanted = shape ? paths[shape] : [source.path ?? '@'];
  // Not `a || b` in JMESPath: an empty text is false there, so a blank page would count as no text at all.
  const texts = wanted.map((path) => asText(valueAt(json, path), source.join));
  const text = texts.find(Boolean) ?? texts.find((found) => found !== undefined);
  if (text !== undefined) return { text, json };
  const blankPath = shape && blankPaths[shape];
  if (blankPath !== undefined && valueAt(json, blankPath) !== undefined) return { text: '', json };
  return { json, problem: `The answer holds no text at ${wanted.join(' or ')}.` };
}
