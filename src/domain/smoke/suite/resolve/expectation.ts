import { parseDuration } from '../../../data/parse.ts';
import type { Expect, FieldRule } from '../model.ts';
import type { Report } from '../problem.ts';
import type { CaseFile, SuiteFile } from '../schema/suite-file.ts';
import { checkJmespath } from './jmespath.ts';

type ExpectFile = NonNullable<CaseFile['expect']>;

const list = <T>(value: T | T[] | undefined): T[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

function checkPattern(pattern: string, path: PropertyKey[], report: Report): void {
  try {
    new RegExp(pattern, 'mu');
  } catch (error) {
    report(path, `${(error as Error).message}.`);
  }
}

function fieldOf(name: string, rule: NonNullable<ExpectFile['fields']>[string], report: Report): FieldRule {
  const at = ['expect', 'fields', name];
  const { path, pattern, equals } = rule;
  if ((path === undefined) === (pattern === undefined)) report(at, `${name} needs either path or pattern.`);
  checkJmespath(path, [...at, 'path'], report);
  if (pattern === undefined || path !== undefined) return { name, equals, path: path ?? '@' };
  checkPattern(pattern, [...at, 'pattern'], report);
  if (typeof equals !== 'string')
    report(
      [...at, 'equals'],
      `equals: a ${typeof equals}, which never equals the text that a pattern finds: expected a string in quotes`,
      true,
    );
  return { name, equals, pattern };
}

/** What the case expects, with the defaults of the suite. A text of the case replaces any text of the defaults. */
function inherit(own: ExpectFile, defaults: ExpectFile | undefined, report: Report): ExpectFile {
  const { text: _text, text_file: _file, empty: _empty, ...others } = defaults ?? {};
  const texts = [
    own.text !== undefined && 'text',
    own.text_file !== undefined && 'text_file',
    own.empty && 'empty',
  ].filter(Boolean);
  if (texts.length > 1) report(['expect'], `${texts.join(' and ')} contradict each other: keep one.`);
  return texts.length > 0 ? { ...others, ...own } : { ...defaults, ...own };
}

/** A case with a threshold of its own is not meant by the models of the defaults: what is nearer to the case counts. */
function modelsOf(own: ExpectFile, given: ExpectFile): Expect['models'] {
  const nearer = own.models === undefined && (own.max_cer !== undefined || own.max_wer !== undefined);
  return Object.entries((nearer ? undefined : given.models) ?? {}).map(([pattern, one]) => ({
    pattern,
    maxCer: one.max_cer,
    maxWer: one.max_wer,
  }));
}

/** What a case expects of the answer, with every default filled in. */
export function expectOf(item: CaseFile, defaults: SuiteFile['defaults'], report: Report): Expect {
  const own = item.expect ?? {};
  const given = inherit(own, defaults?.expect, report);
  const hasText = given.text !== undefined || given.text_file !== undefined;
  const fields = Object.entries(given.fields ?? {}).map(([name, rule]) => fieldOf(name, rule, report));
  const matches = list(given.matches);
  for (const pattern of matches) checkPattern(pattern, ['expect', 'matches'], report);
  if ((own.max_cer !== undefined || own.max_wer !== undefined) && !hasText)
    report(['expect'], 'max_cer and max_wer need text or text_file.');
  if (own.models !== undefined && !hasText) report(['expect', 'models'], 'models needs text or text_file.');
  return {
    status: given.status === undefined ? [200] : list(given.status),
    text: given.text,
    textFile: given.text_file,
    empty: given.empty ?? false,
    maxStray: given.max_stray ?? 0,
    maxCer: hasText ? (given.max_cer ?? (given.max_wer === undefined ? 0.02 : undefined)) : undefined,
    maxWer: hasText ? given.max_wer : undefined,
    models: hasText ? modelsOf(own, given) : [],
    contains: list(given.contains),
    notContains: list(given.not_contains),
    matches,
    fields,
    headers: given.headers ?? {},
    maxLatencyMs: given.max_latency === undefined ? undefined : parseDuration(given.max_latency) * 1000,
  };
}
