import { LineCounter, parseDocument } from 'yaml';
import { nearest, type Path, type Place, placeOf } from '../../data/locate.ts';
import { parseDuration } from '../../data/parse.ts';
import type { Suite } from './model.ts';
import { messagesOf, type Raw } from './problems.ts';
import { resolveCase, resolvePreset } from './resolve.ts';
import { type SuiteFile, suiteSchema } from './schema.ts';

export interface SuiteProblem extends Place {
  message: string;
  /** The line of the file. */
  quoted: string;
}

export type ParsedSuite =
  | { suite: Suite; problems?: undefined }
  | { suite?: undefined; problems: SuiteProblem[] };

/** Reads a suite. Every problem is reported at once, each with its place and, for a typing error, the nearest word. */
export function parseSuite(source: string, file: string): ParsedSuite {
  const lines = source.split(/\r?\n/);
  const counter = new LineCounter();
  const problemAt = (place: Place, message: string): SuiteProblem => ({
    ...place,
    message,
    quoted: (lines[place.line - 1] ?? '').slice(0, 200),
  });
  if (source.length > 1_000_000)
    return { problems: [problemAt({ line: 1, column: 1 }, 'The file is larger than a megabyte.')] };
  const document = parseDocument(source, {
    lineCounter: counter,
    prettyErrors: false,
    uniqueKeys: true,
    merge: false,
  });
  if (document.errors.length > 0)
    return {
      problems: document.errors.map((error) => {
        const { line, col } = counter.linePos(error.pos[0]);
        return problemAt(
          { line: Math.max(1, line), column: Math.max(1, col) },
          `This is not valid YAML: ${error.message}`,
        );
      }),
    };
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    return {
      problems: [problemAt({ line: 1, column: 1 }, `This is not usable YAML: ${(error as Error).message}`)],
    };
  }
  const parsed = suiteSchema.safeParse(value);
  const raw: Raw[] = parsed.success
    ? []
    : parsed.error.issues.flatMap((issue) => messagesOf(issue, [], value));
  const resolved = parsed.success
    ? resolveSuite(parsed.data, file, (path) => placeOf(document, counter, path), raw)
    : undefined;
  if (resolved && raw.length === 0) return { suite: resolved };
  const problems = raw.map(({ path, key, message }) =>
    problemAt(placeOf(document, counter, path, key), message),
  );
  return { problems: problems.sort((a, b) => a.line - b.line || a.column - b.column) };
}

function resolveSuite(data: SuiteFile, file: string, placeAt: (path: Path) => Place, problems: Raw[]): Suite {
  const names = new Set<string>();
  const cases = data.cases.map((item, i) => {
    const path = ['cases', i];
    const resolved = resolveCase(item, data.defaults, (inner, message) =>
      problems.push({ path: [...path, ...inner], message }),
    );
    if (names.has(resolved.name))
      problems.push({ path, message: `Two cases are named ${resolved.name}: give one another name.` });
    names.add(resolved.name);
    const filePlaces = {
      image: placeAt([...path, 'image']),
      text: placeAt([...path, 'expect', 'text_file']),
    };
    return { ...resolved, place: placeAt(path), filePlaces };
  });
  const checkName = (name: string | undefined, path: Path) => {
    if (name === undefined || names.has(name)) return;
    const near = nearest(name, [...names]);
    problems.push({ path, message: `No case is named ${name}${near ? `: did you mean ${near}?` : '.'}` });
  };
  const presets = (data.presets ?? []).map((item, i) => {
    const preset = resolvePreset(item, placeAt(['presets', i]));
    checkName(preset.caseName, ['presets', i, 'case']);
    return preset;
  });
  checkName(data.latency?.case, ['latency', 'case']);
  const wait = (text: string | undefined) => (text === undefined ? undefined : parseDuration(text) * 1000);
  const latency = data.latency && {
    place: placeAt(['latency']),
    samples: data.latency.samples ?? 20,
    concurrency: data.latency.concurrency ?? 1,
    caseName: data.latency.case,
    limits: {
      p50: wait(data.latency.p50),
      p95: wait(data.latency.p95),
      p99: wait(data.latency.p99),
      max: wait(data.latency.max),
    },
    coldMs: wait(data.latency.cold),
  };
  const name = data.name ?? (file.split(/[\\/]/).at(-1) ?? file).replace(/\.ya?ml$/, '');
  return { name, file, cases, presets, latency };
}
