import { parseAllDocuments, type ScalarTag, type Tags } from 'yaml';
import type { FileProblem } from './refuse.ts';

/** Vertex AI takes a request of at most 10 MiB. */
export const mostBytes = 8 * 1024 * 1024;

/**
 * What PyYAML, which kfp writes with, takes for a number. It quotes only text that it would read as one itself. So `08` and `12e34567`,
 * which YAML 1.2 reads as numbers, are text here: the half of a date, or the first letters of a commit.
 */
const numbers: Readonly<Record<string, RegExp>> = {
  int: /^[-+]?(?:0|[1-9][0-9]*)$/,
  'int HEX': /^[-+]?0x[0-9a-fA-F]+$/,
  float: /^[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)$/,
  'float EXP': /^[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)[eE][-+][0-9]+$/,
};

const likePython = (tags: Tags): Tags =>
  tags.flatMap((tag) => {
    if (typeof tag === 'string' || !('test' in tag) || !/:(?:int|float)$/.test(tag.tag)) return [tag];
    const key = `${tag.tag.split(':').at(-1)}${tag.format ? ` ${tag.format}` : ''}`;
    // Octal numbers such as 0o17 are text, and infinity is written alike.
    if (key === 'int OCT') return [];
    const test = tag.test?.test('.inf') ? tag.test : numbers[key];
    return test ? [{ ...tag, test } as ScalarTag] : [];
  });

/** The documents of a compiled pipeline, JSON or YAML. */
export function documentsIn(text: string): { values: unknown[] } | FileProblem {
  const fix = 'Compile the pipeline again, and do not edit what the compiler writes.';
  if (text.length > mostBytes)
    return { what: `it has more than ${mostBytes / 1024 / 1024} MiB, which Vertex AI does not take`, fix };
  if (/^\s*\{/.test(text))
    try {
      return { values: [JSON.parse(text)] };
    } catch {
      return { what: 'it begins as JSON and is none', fix };
    }
  const torn = tornComment(text);
  if (torn) return torn;
  try {
    const documents = parseAllDocuments(text, { uniqueKeys: true, customTags: likePython });
    if (!Array.isArray(documents) || documents.length === 0) return { what: 'it is empty', fix };
    const wrong = documents.flatMap(({ errors }) => errors)[0];
    if (wrong)
      return { what: `it is no YAML: ${wrong.message.split('\n')[0]}`, fix, line: wrong.linePos?.[0].line };
    return { values: documents.map((document) => document.toJS({ maxAliasCount: 100 }) as unknown) };
  } catch {
    return { what: 'it is no YAML that can be read', fix };
  }
}

/** kfp writes the inputs as a comment above the YAML. A default with more than one line ends the comment too early. */
function tornComment(text: string): FileProblem | undefined {
  if (!text.startsWith('# PIPELINE DEFINITION')) return undefined;
  const lines = text.split('\n', 2000);
  const at = lines.findIndex((line) => !line.startsWith('#'));
  // The YAML itself begins with components, deploymentSpec or another name of the message.
  if (at < 0 || /^[a-zA-Z]+:(?: |$)/.test(lines[at] ?? '')) return undefined;
  return {
    what: 'kfp has written a default of more than one line into the comment at the top, and the file is no YAML any more',
    fix: 'Compile it to JSON: package_path="pipeline.json".',
    line: at + 1,
  };
}
