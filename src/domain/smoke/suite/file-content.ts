import { decodeText } from '../../data/decode-text.ts';
import { pointerFix, pointerTool } from '../../data/git-pointer.ts';

/** The content of a file that a suite needs, or one sentence that says why it cannot be used. */
export type FileText = { text: string; problem?: undefined } | { text?: undefined; problem: string };

/** Why the file that begins with `head` is not what its name says; undefined if nothing is wrong with it. */
export function pointerProblem(path: string, head: Uint8Array): string | undefined {
  const tool = pointerTool(head);
  return tool && `${path} is a ${tool} pointer, not the file itself. ${pointerFix[tool]}`;
}

/** Reads a suite, or the expected text of a case. A wrong encoding is a fault of the suite and never one of the function. */
export function readFileText(path: string, bytes: Uint8Array): FileText {
  const pointer = pointerProblem(path, bytes);
  if (pointer !== undefined) return { problem: pointer };
  const { text, looksLike } = decodeText(bytes);
  if (text !== undefined) return { text };
  if (looksLike === 'unknown') return { problem: `${path} is not UTF-8. Save it as UTF-8.` };
  const convert = `iconv -f ${looksLike} -t UTF-8`;
  return { problem: `${path} looks like ${looksLike}, expected UTF-8. Convert it with ${convert}.` };
}
