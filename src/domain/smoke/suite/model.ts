import type { Json } from '../../data/json.ts';
import type { Place } from '../../data/locate.ts';
import type { TextPolicy } from '../../ocr/units.ts';
import type { PresetName, requestShapes, textPresets } from './schema.ts';

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

export interface Expect {
  status: number[];
  text: string | undefined;
  /** Read before the case runs; becomes `text`. */
  textFile: string | undefined;
  empty: boolean;
  maxStray: number;
  maxCer: number | undefined;
  maxWer: number | undefined;
  contains: string[];
  notContains: string[];
  matches: string[];
  fields: FieldRule[];
  headers: Record<string, string>;
  maxLatencyMs: number | undefined;
}

export interface Preset {
  name: PresetName;
  place: Place;
  caseName: string | undefined;
  times: number;
  bytes: number;
  pixels: number;
  withinMs: number;
}

export interface Latency {
  place: Place;
  samples: number;
  concurrency: number;
  caseName: string | undefined;
  limits: Record<'p50' | 'p95' | 'p99' | 'max', number | undefined>;
  coldMs: number | undefined;
}

/** Where an image is: read from disk, or only named to the function. */
export type ImageSource = { kind: 'file'; path: string } | { kind: 'gcs' | 'url'; uri: string };

export interface SmokeCase {
  name: string;
  place: Place;
  /** Where the suite names the files of this case. */
  filePlaces: { image: Place; text: Place };
  image: ImageSource;
  skip: string | undefined;
  request: CaseRequest;
  text: TextSource;
  policy: TextPolicy;
  expect: Expect;
  timeoutMs: number;
  retries: number;
}

/** A suite with every default filled in. */
export interface Suite {
  name: string;
  file: string;
  cases: SmokeCase[];
  presets: Preset[];
  latency: Latency | undefined;
}
