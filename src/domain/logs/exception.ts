/** What a stack trace says, without its message: names that are in the code, and places in it. */
export interface Exception {
  /** `ValueError`, `TypeError`, `java.lang.IllegalStateException`, or `panic`. */
  type: string;
  /** The code of a system error or of Node, such as `ECONNREFUSED`. */
  code: string | undefined;
  /** The place in the user's own code that is nearest to the error, such as `main.py:12`. */
  place: string | undefined;
  /** The text behind the type. Hostile, and perhaps personal. */
  message: string;
}

/** Names of exceptions end with one of these words in nearly every language. Others are not told from ordinary text. */
const typed =
  /^(?:Uncaught |Unhandled |Exception in thread "[^"]*" |Caused by: |\[?error\]?:? )?((?:[A-Za-z_]\w*\.)*(?:[A-Za-z_]\w*)?(?:Error|Exception|Fault|Exit|Interrupt|Timeout|Panic|NotFound|PermissionDenied|Forbidden|Unauthenticated|Unavailable|DeadlineExceeded))(?: \[([A-Z][A-Z0-9_]+)\])?(?:: ?(.*))?$/;

const hasStack = (text: string): boolean =>
  /^\s+at .+:\d+|^\s*File "[^"]+", line \d+|^goroutine \d+|^\t.+\.go:\d+|^\s+from .+:\d+/m.test(text);

/** Undefined if the text is no exception. */
export function exceptionOf(text: string): Exception | undefined {
  const lines = text.split(/\r?\n/);
  const code =
    /\b(ERR_[A-Z]+(?:_[A-Z]+)*|MODULE_NOT_FOUND|E(?:CONN[A-Z]+|ADDR[A-Z]+|NOENT|ACCES|PERM|TIMEDOUT|PIPE|MFILE|NOSPC|AI_AGAIN|NOTFOUND))\b/.exec(
      text,
    )?.[1];
  const panic = lines.map((line) => /^(panic|fatal error): (.*)$/.exec(line)).find(Boolean);
  const ruby = lines
    .map((line) => /^.{1,300}?\.rb:\d+:in .{1,200}?: (.*) \(([A-Z]\w+(?:::\w+)*)\)$/.exec(line))
    .find(Boolean);
  const found = lines.flatMap((line) => {
    const match = typed.exec(line.trim());
    return match && !/^\s*at /.test(line) ? [match] : [];
  });
  // Python and Java end with the exception that began it or that reached the top; Node has one.
  const isPython = /^Traceback /m.test(text);
  const match = isPython ? found.at(-1) : found[0];
  const place = placeIn(lines, isPython);
  const raised = isPython ? raisedIn(lines) : undefined;
  if (raised) return { code, place, ...raised };
  if (panic) return { type: 'panic', code, place, message: panic[2] ?? '' };
  if (match) return { type: match[1] ?? '', code: code ?? match[2], place, message: match[3] ?? '' };
  if (ruby) return { type: ruby[2] ?? '', code, place, message: ruby[1] ?? '' };
  if (!hasStack(text)) return undefined;
  return { type: 'Error', code, place, message: lines[0] ?? '' };
}

/** What Python raised: the first line below the frames of the last trace. The lines below that are of the message, whatever they look like. */
function raisedIn(lines: readonly string[]): Pick<Exception, 'type' | 'message'> | undefined {
  const begin = lines.findLastIndex((line) => line.startsWith('Traceback '));
  const line = lines.slice(begin + 1).find((one) => /^\S/.test(one)) ?? '';
  const [, type, message = ''] = /^([A-Za-z_][\w.]*)(?:: ?(.*))?$/.exec(line) ?? [];
  return type === undefined ? undefined : { type, message };
}

/** Code that the user did not write. */
const foreign =
  /node_modules|node:|internal\/|site-packages|dist-packages|\/lib\/python|<frozen|functions_framework|functions-framework|\/usr\/|\/layers\/|\/opt\/|\/go\/pkg\/|\/go\/src\/|\/usr\/local\/go/;

/** A path that can only be code, so that nothing else is ever taken for one. */
const codeFile = /^[\w@+-]+(?:\/[\w@.+-]+)*\.(?:[cm]?[jt]sx?|py|go|java|kt|rb|php|cs|rs)$/;

/** A line of a stack trace, and nothing that a message may hold: `at f (/app/x.js:1:2)`, `File "/app/x.py", line 1`, a file of Go. */
const frames: readonly RegExp[] = [
  /^\s*File "([^"]+)", line (\d+)/,
  /^\s*at (?:[^()]{0,200} )?\(?(?:file:\/\/)?(\/[^\s():]+):(\d+)(?::\d+)?\)?\s*\{?$/,
  /^\s*at (?!java\.|javax\.|sun\.|jdk\.)[\w$.<>/]+\((\w+\.(?:java|kt|scala)):(\d+)\)$/,
  /^(?:file:\/\/)?(\/[^\s:]+\.[cm]?[jt]sx?):(\d+)$/,
  /^\s+(\/\S+\.go):(\d+)/,
  /^\s*(?:from )?(\/[^\s:]+\.rb):(\d+):in /,
  /^\s*at [^()]{0,200}\) in (\/\S+\.cs):line (\d+)$/,
];

function placeIn(lines: readonly string[], isPython: boolean): string | undefined {
  const places = lines.flatMap((line) => {
    const match = frames.map((frame) => frame.exec(line)).find(Boolean);
    if (!match) return [];
    const [, path = '', number = ''] = match;
    if (foreign.test(path)) return [];
    const own = path.replace(/^.*\/(?:workspace|app|srv|code|usr\/src\/app)\//, '').replace(/^\/+/, '');
    const short = own.split('/').slice(-3).join('/');
    return codeFile.test(short) ? [`${short}:${number}`] : [];
  });
  // Python's innermost frame is the last one, that of others the first.
  return isPython ? places.at(-1) : places[0];
}
