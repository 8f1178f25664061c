import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { setTimeout as delay } from 'node:timers/promises';
import { isObject } from '../../domain/data/json.ts';
import { messageOf } from '../../domain/errors/errors.ts';
import type { Surroundings } from '../../domain/smoke/isolation.ts';
import type { Environment } from '../../inputs/reader.ts';
import type { Place } from './places.ts';
import { supervisor } from './supervisor.ts';

export interface OpenPlace {
  /** The supervisor, which waits for the command on its standard input. */
  child: ChildProcess;
  /** What the supervisor saw. */
  saw: Surroundings;
  /** Resolves with the exit code of the supervisor, which is that of the command. */
  ended: Promise<number>;
}

/** How long the supervisor may take until it has looked around. */
const readyMs = 30_000;

/** Programs find each other with these. The supervisor and the programs before it get nothing else of the job. */
const ownNames = ['PATH', 'PATHEXT', 'SYSTEMROOT', 'SystemRoot', 'windir', 'TEMP', 'TMP'];

/**
 * Starts the supervisor in a place. Returns a sentence if that does not work.
 * @param place where; undefined starts it as an ordinary child of this process
 * @param onLine gets every line of standard error: those of the programs that make the place, then those of the command
 * @param onOutput gets what the command prints on standard output, if the order asks for that
 */
export async function openPlace(
  place: Place | undefined,
  folder: string,
  env: Environment,
  onLine: (line: string) => void,
  onOutput: (chunk: Buffer) => void = () => {},
): Promise<OpenPlace | string> {
  const [file = process.execPath, ...args] = [...(place?.argv ?? []), process.execPath, '-e', supervisor];
  const own = Object.fromEntries(ownNames.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
  let child: ChildProcess;
  try {
    child = spawn(file, args, {
      cwd: folder,
      env: own,
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
      ...place?.ids,
    });
  } catch (error) {
    return messageOf(error);
  }
  let last = '';
  let problem: string | undefined;
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.on('error', () => {});
  const ended = new Promise<number>((resolve) => {
    child.once('error', (error) => {
      problem = messageOf(error);
      resolve(127);
    });
    child.once('close', (code) => resolve(code ?? 1));
  });
  if (child.stderr)
    eachLine(child.stderr, (line) => {
      last = line;
      onLine(line);
    });
  const first = new Promise<Surroundings | undefined>((resolve) => {
    let head: Buffer | undefined = Buffer.alloc(0);
    child.stdout?.on('data', (chunk: Buffer) => {
      if (head === undefined) return onOutput(chunk);
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf('\n');
      if (end < 0) return;
      resolve(surroundingsIn(head.toString('utf8', 0, end)));
      const rest = head.subarray(end + 1);
      head = undefined;
      if (rest.length > 0) onOutput(rest);
    });
    void ended.then(() => resolve(undefined));
  });
  const late = new AbortController();
  const saw = await Promise.race([
    first,
    delay(readyMs, undefined, { signal: late.signal }).catch(() => undefined),
  ]);
  late.abort();
  if (saw) return { child, saw, ended };
  const code = await closePlace(child, ended);
  return problem ?? (last || `it ended with exit code ${code}`);
}

/** A longer line is handed out in pieces, because a hostile program may print one that never ends. */
const longestLine = 64 * 1024;

function eachLine(stream: Readable, onLine: (line: string) => void): void {
  const decoder = new StringDecoder('utf8');
  let open = '';
  stream.on('data', (chunk: Buffer) => {
    const lines = (open + decoder.write(chunk)).split(/\r?\n/);
    open = lines.pop() ?? '';
    for (const line of lines) onLine(line);
    if (open.length > longestLine) {
      onLine(open);
      open = '';
    }
  });
  stream.on('end', () => {
    if (open !== '') onLine(open);
  });
}

/** Ends a supervisor that has not started a command. */
export async function closePlace(child: ChildProcess, ended: Promise<number>): Promise<number> {
  child.stdin?.end();
  const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
  const code = await ended;
  clearTimeout(timer);
  return code;
}

function surroundingsIn(line: string): Surroundings | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (!isObject(value)) return undefined;
    const { readable, uid, powerless, canRead } = value;
    if (typeof readable !== 'number' || typeof uid !== 'number') return undefined;
    return { readable, uid, powerless: powerless === true, canRead: canRead === true };
  } catch {
    return undefined;
  }
}
