import { compile } from '@jmespath-community/jmespath';
import type { Place } from '../../data/locate.ts';
import { parseDuration } from '../../data/parse.ts';
import { defaultPolicy, type TextPolicy } from '../../ocr/units.ts';
import type { CaseRequest, Expect, Preset, SmokeCase } from './model.ts';
import type { CaseFile, SuiteFile } from './schema.ts';

type Report = (path: PropertyKey[], message: string) => void;

const list = <T>(value: T | T[] | undefined): T[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

/** Headers that would break the request, or change who it speaks for. */
const reserved =
  /^(authorization|x-serverless-authorization|host|content-length|transfer-encoding|connection|expect|upgrade|te)$/i;

function checkPattern(pattern: string, path: PropertyKey[], report: Report): void {
  try {
    new RegExp(pattern, 'mu');
  } catch (error) {
    report(path, `${(error as Error).message}.`);
  }
}

function checkJmespath(expression: string | undefined, path: PropertyKey[], report: Report): void {
  if (expression === undefined) return;
  try {
    compile(expression);
  } catch (error) {
    report(path, `${expression.slice(0, 60)} is not JMESPath: ${(error as Error).message}.`);
  }
}

function imageOf(image: string): SmokeCase['image'] {
  if (image.startsWith('gs://')) return { kind: 'gcs', uri: image };
  if (/^https?:\/\//i.test(image)) return { kind: 'url', uri: image };
  return { kind: 'file', path: image };
}

function requestOf(
  item: CaseFile,
  defaults: SuiteFile['defaults'],
  image: SmokeCase['image'],
  report: Report,
): CaseRequest {
  const asObject = (value: CaseFile['request']) =>
    typeof value === 'string' ? { as: value } : (value ?? {});
  const below = asObject(defaults?.request);
  const given = { ...below, ...asObject(item.request) };
  const as = given.as ?? (given.template !== undefined ? 'json' : image.kind === 'file' ? 'raw' : image.kind);
  const headers = { ...below.headers, ...given.headers };
  for (const name of Object.keys(headers)) {
    if (reserved.test(name))
      report(['request', 'headers', name], `The header ${name} is set by this action.`);
    else if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || /[^\t\x20-\x7e\x80-\xff]/.test(headers[name] ?? ''))
      report(['request', 'headers', name], `The header ${name.slice(0, 40)} cannot be sent.`);
  }
  if (given.type !== undefined && !/^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(\s*;[\x20-\x7e]*)?$/.test(given.type))
    report(['request', 'type'], 'type: expected a content type such as image/png.');
  if (image.kind !== 'file' && as !== 'json' && as !== image.kind)
    report(
      ['image'],
      `An image by reference cannot be sent as ${as}: use ${image.kind}, or json with {{uri}}.`,
    );
  if (image.kind === 'file' && (as === 'gcs' || as === 'url'))
    report(
      ['image'],
      `${as} sends a reference: expected ${as === 'gcs' ? 'gs://BUCKET/OBJECT' : 'https://...'}.`,
    );
  if (as === 'json' && given.template === undefined)
    report(['request'], 'json needs a template with {{base64}} or {{uri}}.');
  const { method = 'POST', path = '/', field = 'image' } = given;
  return {
    as,
    method,
    path,
    field,
    filename: given.filename,
    type: given.type,
    headers,
    template: given.template,
  };
}

function expectOf(item: CaseFile, defaults: SuiteFile['defaults'], report: Report): Expect {
  const own = item.expect ?? {};
  const { text: _text, text_file: _file, empty: _empty, ...others } = defaults?.expect ?? {};
  const said = [
    own.text !== undefined && 'text',
    own.text_file !== undefined && 'text_file',
    own.empty && 'empty',
  ].filter(Boolean);
  // A text of the case's own takes the place of whatever the defaults say about the text.
  const given = said.length > 0 ? { ...others, ...own } : { ...defaults?.expect, ...own };
  if (said.length > 1) report(['expect'], `${said.join(' and ')} contradict each other: keep one.`);
  const hasText = given.text !== undefined || given.text_file !== undefined;
  const fields = Object.entries(given.fields ?? {}).map(([name, rule]) => {
    const at = ['expect', 'fields', name];
    if ((rule.path === undefined) === (rule.pattern === undefined))
      report(at, `${name} needs either path or pattern.`);
    if (rule.pattern !== undefined) checkPattern(rule.pattern, [...at, 'pattern'], report);
    checkJmespath(rule.path, [...at, 'path'], report);
    const { equals } = rule;
    return rule.path !== undefined
      ? { name, equals, path: rule.path }
      : { name, equals, pattern: rule.pattern ?? '' };
  });
  const matches = list(given.matches);
  for (const pattern of matches) checkPattern(pattern, ['expect', 'matches'], report);
  if ((own.max_cer !== undefined || own.max_wer !== undefined) && !hasText)
    report(['expect'], 'max_cer and max_wer need text or text_file.');
  return {
    status: given.status === undefined ? [200] : list(given.status),
    text: given.text,
    textFile: given.text_file,
    empty: given.empty ?? false,
    maxStray: given.max_stray ?? 0,
    maxCer: hasText ? (given.max_cer ?? (given.max_wer === undefined ? 0.02 : undefined)) : undefined,
    maxWer: hasText ? given.max_wer : undefined,
    contains: list(given.contains),
    notContains: list(given.not_contains),
    matches,
    fields,
    headers: given.headers ?? {},
    maxLatencyMs: given.max_latency === undefined ? undefined : parseDuration(given.max_latency) * 1000,
  };
}

/** A case with its defaults; `report` takes what is wrong with the combination. */
export function resolveCase(
  item: CaseFile,
  defaults: SuiteFile['defaults'],
  report: Report,
): Omit<SmokeCase, 'place' | 'filePlaces'> {
  const image = imageOf(item.image);
  const asSource = (value: CaseFile['text']) =>
    typeof value === 'string' ? { preset: value } : (value ?? {});
  const source = { ...asSource(defaults?.text), ...asSource(item.text) };
  checkJmespath(source.path, ['text', 'path'], report);
  checkJmespath(source.no_error_at, ['text', 'no_error_at'], report);
  const policy: TextPolicy = { ...defaultPolicy };
  const wanted = { ...defaults?.normalize, ...item.normalize };
  if (wanted.whitespace) policy.whitespace = wanted.whitespace;
  if (wanted.unit) policy.unit = wanted.unit;
  policy.compat = wanted.compat ?? false;
  policy.equivalents = wanted.equivalents ?? false;
  policy.ignoreCase = wanted.ignore_case ?? false;
  return {
    name: item.name ?? item.image,
    image,
    skip: item.skip,
    request: requestOf(item, defaults, image, report),
    text: {
      preset: source.preset ?? 'auto',
      path: source.path,
      join: source.join ?? '\n',
      noErrorAt: source.no_error_at,
    },
    policy,
    expect: expectOf(item, defaults, report),
    timeoutMs: parseDuration(item.timeout ?? defaults?.timeout ?? '30s') * 1000,
    retries: item.retries ?? defaults?.retries ?? 2,
  };
}

const unitBytes = { B: 1, KiB: 1024, MiB: 1024 * 1024 } as const;

function parseSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(B|KiB|MiB)$/.exec(text);
  return match ? Math.round(Number(match[1]) * unitBytes[match[2] as keyof typeof unitBytes]) : 0;
}

export function resolvePreset(item: NonNullable<SuiteFile['presets']>[number], place: Place): Preset {
  const given = typeof item === 'string' ? { preset: item } : item;
  const within = given.within ?? (given.preset === 'cold-start' ? '30s' : '10s');
  return {
    name: given.preset,
    place,
    caseName: given.case,
    times: given.times ?? (given.preset === 'deterministic' ? 5 : 8),
    bytes: parseSize(given.size ?? '33MiB'),
    pixels: given.pixels ?? 20_000,
    withinMs: parseDuration(within) * 1000,
  };
}
