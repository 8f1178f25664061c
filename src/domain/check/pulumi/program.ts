import { fileName, lineStarts, type Place, placeAt } from '../files/repository.ts';
import { blockComments } from '../files/source-text.ts';
import type { Body } from '../hcl/node.ts';
import type { Resource } from '../hcl/terraform.ts';
import { readArguments } from './arguments.ts';
import { typeOf } from './tokens.ts';

interface Files {
  paths: readonly string[];
  text(path: string): string | undefined;
}

const languages: Readonly<Record<string, { extension: RegExp; isPython: boolean }>> = {
  nodejs: { extension: /\.(ts|js|mts|mjs)$/, isPython: false },
  bun: { extension: /\.(ts|js|mts|mjs)$/, isPython: false },
  python: { extension: /\.py$/, isPython: true },
};

/**
 * Resources that a program makes with literal arguments: `new gcp.cloudrunv2.ServiceIamMember('x', { member: 'allUsers' })`. Every other
 * argument is unknown, because only a run of the program knows it. Undefined for a language that is not read.
 */
export function programResources(language: string, folder: string, files: Files): Resource[] | undefined {
  const known = Object.hasOwn(languages, language) ? languages[language] : undefined;
  if (!known) return undefined;
  return files.paths
    .filter(
      (path) =>
        known.extension.test(fileName(path)) &&
        (folder === '' || path.startsWith(`${folder}/`)) &&
        !/(^|\/)(node_modules|venv|\.venv|dist|bin|tests?|__tests__)\//.test(path),
    )
    .flatMap((file) => {
      const text = files.text(file);
      return text === undefined || !/gcp/.test(text) ? [] : inFile(file, text, folder, known.isPython);
    });
}

/** More of them, or longer ones, are no program of a person. */
const maxMade = 500;
const maxLength = 10_000;

const made = /\b(?:gcp\.)?([a-z][a-z0-9]*)\.([A-Z]\w*)\s*\(/g;

function inFile(file: string, text: string, folder: string, isPython: boolean): Resource[] {
  const code = blockComments(text, isPython);
  const starts = lineStarts(text);
  const place = (offset: number): Place => ({ file, ...placeAt(starts, offset) });
  return [...code.matchAll(made)].slice(0, maxMade).flatMap((match): Resource[] => {
    const [whole, module = '', name = ''] = match;
    const type = typeOf(module, name);
    const read =
      type && readArguments(code.slice(0, match.index + maxLength), match.index + whole.length, isPython);
    if (!type || !read) return [];
    const body: Body = read.body;
    return [
      {
        kind: 'resource',
        type,
        name: read.name ?? name,
        file,
        body,
        at: place(match.index),
        scope: () => undefined,
        place,
        text,
        folder,
      },
    ];
  });
}
