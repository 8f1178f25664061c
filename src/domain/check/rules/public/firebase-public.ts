import { isFirebaseSource, isGenerated, isSample } from '../../facts/kinds.ts';
import { folderOf, lineStarts, placeAt } from '../../files/repository.ts';
import { blockComments } from '../../files/source-text.ts';
import type { Rule } from '../rule.ts';

/** An HTTP function of Firebase without `invoker`, and with no global option that sets one. */
export const firebasePublic: Rule = ({ repository }, report) => {
  const sources = repository.paths
    .filter((path) => isFirebaseSource(path) && !isGenerated(path) && !isSample(path))
    .flatMap((file) => {
      const text = repository.text(file);
      return text !== undefined && /firebase[-_]functions/.test(text)
        ? [{ file, text, code: blockComments(text, file.endsWith('.py')) }]
        : [];
    });
  const closed = sources
    .filter(({ code }) => /set_?[Gg]lobal_?[Oo]ptions\s*\([^)]*\binvoker\b/.test(code))
    .map(({ file }) => root(file));
  for (const { file, text, code } of sources) {
    if (closed.includes(root(file))) continue;
    const calls = file.endsWith('.py')
      ? /@(?:https_fn\.)?on_request\s*\(/g
      : /(?<![\w$])onRequest\s*(?:<[^>()]*>)?\(/g;
    for (const match of code.matchAll(calls)) {
      const start = match.index + match[0].length;
      const { line, column } = placeAt(lineStarts(text), match.index);
      const at = { file, line, column };
      const options = firstArgument(code, start);
      const chain = code.slice(Math.max(0, match.index - 400), match.index);
      if (/import|function\s+$/.test(chain.slice(-12))) continue;
      if (/\binvoker\b/.test(options) || /runWith\s*\([^)]*\binvoker\b[^)]*\)[^;]*$/.test(chain)) {
        if (/\binvoker\s*[:=]\s*\[?\s*['"](public|allUsers)['"]/.test(options))
          report.found({
            severity: 'critical',
            confidence: 'high',
            at,
            title: `The function in ${file} says that everyone may call it.`,
            fix: "Set invoker: 'private', or name the accounts that may call it.",
            evidence: `${file} invoker public`,
          });
        continue;
      }
      const named = /^\s*([A-Za-z_$][\w$]*)\s*,/.exec(code.slice(start));
      if (named && !file.endsWith('.py')) {
        const declared = new RegExp(`\\b${named[1]}\\b\\s*(?::[^=]+)?=\\s*\\{([^}]*)\\}`).exec(code);
        if (declared ? /\binvoker\b/.test(declared[1] ?? '') : true) {
          if (!declared)
            report.unknown(at, `The options ${named[1]} of the function in ${file} are not in this file.`);
          continue;
        }
      }
      const hasOptions = options.trimStart().startsWith('{');
      const python = file.endsWith('.py');
      report.found({
        severity: 'high',
        confidence: 'medium',
        at,
        title: `The function in ${file} has no invoker, so its first deploy makes it public.`,
        fix: "Set invoker: 'private', or name the accounts that may call it.",
        evidence: `${file} ${
          code
            .slice(Math.max(0, match.index - 60), match.index)
            .split('\n')
            .at(-1)
            ?.trim() ?? ''
        } no invoker`,
        edits: python
          ? []
          : [
              {
                ...at,
                old: text.slice(match.index, start) + (hasOptions ? '{' : ''),
                new:
                  text.slice(match.index, start) +
                  (hasOptions ? "{ invoker: 'private'," : "{ invoker: 'private' }, "),
              },
            ],
      });
    }
  }
};

/** The folder of the functions: the first one of the path, so that options of one file count for its neighbours. */
const root = (file: string): string =>
  file.split('/').slice(0, Math.max(1, folderOf(file).split('/').length > 1 ? 1 : 1))[0] ?? '';

/** The text of the first argument, up to its comma or the end of the call. */
function firstArgument(code: string, start: number): string {
  let depth = 0;
  for (let at = start; at < Math.min(code.length, start + 2000); at++) {
    const char = code[at] as string;
    if ('([{'.includes(char)) depth++;
    else if (')]}'.includes(char)) {
      if (depth === 0) return code.slice(start, at);
      depth--;
      if (depth === 0 && char === '}') return code.slice(start, at + 1);
    } else if (char === ',' && depth === 0 && !/^[\s\w]*=/.test(code.slice(start)))
      return code.slice(start, at);
  }
  return code.slice(start, start + 2000);
}
