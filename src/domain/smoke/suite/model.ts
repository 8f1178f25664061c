import type { Json } from '../../data/json.ts';
import type { Place } from '../../data/locate.ts';
import type { TextPolicy } from '../../ocr/units.ts';
import type { PresetName, requestShapes, textPresets } from './schema/parts.ts';

/** How an image is sent. */
export interface CaseRequest {
  as: (typeof requestShapes)[number];
  method: 'POST' | 'PUT' | 'PATCH';
  path: string;
  field: string;
  filename: string | undefined;
  type: string | undefined;
  headers: Record<string, string>;
  template: Json | undefined;
}

/** Where the text is in an answer. */
export interface TextSource {
  preset: (typeof textPresets)[number];
  path: string | undefined;
  join: string;
  noErrorAt: string | undefined;
}

/** A value that must be exactly this: at a path of the answer, or found by a pattern in the text. */
export type FieldRule = { name: string; equals: string | number | boolean } & (
  | { path: string; pattern?: undefined }
  | { path?: undefined; pattern: string }
);

/** What must be true of an answer. */
export interface Expect {
  status: number[];
  text: string | undefined;
  /** Path of a file whose content becomes `text` before the case runs. */
  textFile: string | undefined;
  empty: boolean;
  maxStray: number;
  maxCer: number | undefined;
  maxWer: number | undefined;
  /** Thresholds of single models, in the order of the file. A threshold that is left out stays that of every model. */
  models: { pattern: string; maxCer: number | undefined; maxWer: number | undefined }[];
  contains: string[];
  notContains: string[];
  matches: string[];
  fields: FieldRule[];
  headers: Record<string, string>;
  maxLatencyMs: number | undefined;
}

/** A ready-made check. */
export interface Preset {
  name: PresetName;
  place: Place;
  caseName: string | undefined;
  /** Number of requests, if the check repeats one. */
  times: number;
  /** Size of the body that is too large. */
  bytes: number;
  /** Width and height of the pixel bomb. */
  pixels: number;
  withinMs: number;
  /** The case with another language, option or model, for `cache-correct`. */
  variants: SmokeCase[];
  /** JMESPaths to values that `cache-correct` compares beside the text. */
  compare: string[];
}

/** A series of warm requests and the limits of their percentiles in milliseconds. */
export interface Latency {
  place: Place;
  samples: number;
  concurrency: number;
  caseName: string | undefined;
  limits: Record<'p50' | 'p95' | 'p99' | 'max', number | undefined>;
  coldMs: number | undefined;
}

/** An image from the disk, or an address that is sent instead of an image. */
export type ImageSource = { kind: 'file'; path: string } | { kind: 'gcs' | 'url'; uri: string };

export interface SmokeCase {
  name: string;
  place: Place;
  /** The places in the suite that name the files of this case. */
  filePlaces: { image: Place; text: Place };
  image: ImageSource;
  /** Why the case does not run; undefined if it runs. */
  skip: string | undefined;
  request: CaseRequest;
  /** The image has other bytes and the same pixels in every request. */
  fresh: boolean;
  text: TextSource;
  policy: TextPolicy;
  expect: Expect;
  timeoutMs: number;
  /** Further attempts after the first. */
  retries: number;
}

/** A suite with every default filled in. */
export interface Suite {
  name: string;
  file: string;
  cases: SmokeCase[];
  presets: Preset[];
  latency: Latency | undefined;
  /** Compare with the revision that serves. */
  champion: { place: Place; maxWorse: number } | undefined;
}
