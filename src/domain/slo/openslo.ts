import { type Document, LineCounter, parseAllDocuments } from 'yaml';
import type { z } from 'zod';
import { type Path, placeOf } from '../data/locate.ts';
import { nearest } from '../data/nearest.ts';
import { messagesOf } from './messages.ts';
import type { Objective } from './objective.ts';
import { objectivesOf } from './objectives.ts';
import { otherDocuments } from './other-kinds.ts';
import { type Indicator, type SloDocument, sliDocument, sloDocument } from './schema.ts';
import { durationSeconds, withoutNulls } from './schema-parts.ts';
import { noteIndicatorRules } from './understood.ts';

export interface SloProblem {
  line: number;
  column: number;
  message: string;
  /** The line of the file. */
  quoted: string;
}

export interface ParsedSlo {
  name: string;
  service: string;
  objectives: Objective[];
  windowSeconds: number;
}

const maxBytes = 1_000_000;

/**
 * Reads OpenSLO v1: one SLO, with its indicator inside or as an SLI of the same file. Reports all problems at once, each
 * with its place and, for a typing error, the nearest word.
 */
export function parseOpenSlo(source: string, file: string): { slo: ParsedSlo } | { problems: SloProblem[] } {
  const lines = source.split(/\r?\n/);
  const counter = new LineCounter();
  const problems: SloProblem[] = [];
  const note = (line: number, column: number, message: string) => {
    problems.push({ line, column, message, quoted: (lines[line - 1] ?? '').slice(0, 200) });
  };
  const finish = () => ({ problems: problems.sort((a, b) => a.line - b.line || a.column - b.column) });
  if (source.length > maxBytes) {
    note(1, 1, 'The file is larger than a megabyte.');
    return finish();
  }
  const documents = parseAllDocuments(source, {
    lineCounter: counter,
    prettyErrors: false,
    uniqueKeys: true,
    merge: false,
  });
  const all: Document[] = Array.isArray(documents) ? (documents as unknown as Document[]) : [];
  const slos: { document: Document; base: Path; data: SloDocument }[] = [];
  const dataSources = new Map<string, string>();
  const indicators = new Map<string, Indicator>();
  const readOne = (document: Document, base: Path, value: unknown) => {
    const at = (path: Path, message: string, key?: string) => {
      const place = placeOf(document, counter, [...base, ...path], key);
      note(place.line, place.column, message);
    };
    const kind = (value as { kind?: unknown } | null)?.kind;
    const known = ['SLO', 'SLI', ...Object.keys(otherDocuments)];
    if (typeof kind !== 'string' || !known.includes(kind)) {
      const near = typeof kind === 'string' ? nearest(kind, known) : undefined;
      at(
        ['kind'],
        kind === undefined
          ? 'kind is missing: expected SLO.'
          : `kind: ${JSON.stringify(kind).slice(0, 40)}: ${near ? `did you mean ${near}?` : 'expected SLO.'}`,
      );
      return;
    }
    const schema: z.ZodType =
      kind === 'SLO' ? sloDocument : kind === 'SLI' ? sliDocument : (otherDocuments[kind] as z.ZodType);
    const parsed = schema.safeParse(value);
    if (!parsed.success) {
      for (const { path, key, message } of parsed.error.issues.flatMap((issue) =>
        messagesOf(issue, value, schema),
      ))
        at(path, message, key);
    } else if (kind === 'SLO') slos.push({ document, base, data: parsed.data as SloDocument });
    else if (kind === 'SLI') {
      const data = parsed.data as Indicator;
      if (indicators.has(data.metadata.name))
        at(['metadata', 'name'], `This is a second SLI ${data.metadata.name}.`);
      noteIndicatorRules(data, ['spec'], at);
      indicators.set(data.metadata.name, data);
    } else noteDataSource(value, dataSources);
  };
  for (const document of all) {
    for (const error of document.errors) {
      const { line, col } = counter.linePos(error.pos[0]);
      note(Math.max(1, line), Math.max(1, col), `This is not valid YAML: ${error.message}`);
    }
    if (document.errors.length > 0 || document.contents === null) continue;
    let value: unknown;
    try {
      value = document.toJS({ maxAliasCount: 100 });
    } catch (error) {
      note(1, 1, `This is not usable YAML: ${(error as Error).message}`);
      continue;
    }
    // A document may be a list of documents.
    const listed = Array.isArray(value);
    for (const [index, one] of (listed ? (value as unknown[]) : [value]).entries())
      readOne(document, listed ? [index] : [], withoutNulls(one));
  }
  if (problems.length > 0) return finish();
  const [first, second] = slos;
  if (!first) {
    note(1, 1, 'The file has no document of the kind SLO.');
    return finish();
  }
  if (second) {
    const { line, column } = placeOf(second.document, counter, [...second.base, 'metadata', 'name']);
    note(
      line,
      column,
      'This is a second SLO, but a release is judged by one. One SLO may have several objectives.',
    );
    return finish();
  }
  const at = (path: Path) => placeOf(first.document, counter, [...first.base, ...path]);
  const objectives = objectivesOf(first.data, {
    file,
    dataSources,
    indicators,
    lineAt: (path) => at(path).line,
    problem: (path, message) => {
      const { line, column } = at(path);
      note(line, column, message);
    },
  });
  if (problems.length > 0) return finish();
  const { metadata, spec } = first.data;
  const windowSeconds = durationSeconds(spec.timeWindow[0]?.duration ?? '');
  return { slo: { name: metadata.name, service: spec.service, objectives, windowSeconds } };
}

/** Only the type of a DataSource matters: the address and the token of Prometheus are inputs. */
function noteDataSource(value: unknown, to: Map<string, string>): void {
  const { kind, metadata, spec } = value as {
    kind: string;
    metadata?: { name?: unknown } | null;
    spec?: { type?: unknown } | null;
  };
  if (kind === 'DataSource' && typeof metadata?.name === 'string')
    to.set(metadata.name, typeof spec?.type === 'string' ? spec.type : 'unknown');
}
