import { nearest } from '../domain/data/nearest.ts';
import { slug, version } from '../domain/product.ts';
import { closeConnections } from '../http/send.ts';
import { keepRunningWithoutLog } from '../runner/output.ts';
import { builtIn, overview } from './help.ts';
import { openTerminal, type Terminal } from './terminal/terminal.ts';
import type { Ended, ExitCode } from './verb.ts';
import { verbs } from './verbs.ts';
import { UsageError, verbIn } from './words/find-verb.ts';
import { nodeProblem } from './words/least-node.ts';

/** The command line: finds the verb, runs it, prints its result and sets the exit code. Only this file reads the process. */
export async function main(argv: readonly string[]): Promise<void> {
  keepRunningWithoutLog();
  const has = (name: string) => {
    const end = argv.indexOf('--');
    return (end < 0 ? argv : argv.slice(0, end)).includes(name);
  };
  const terminal = openTerminal(process, process.env, {
    json: has('--json'),
    verbose: has('--verbose') || has('-v'),
    colour: has('--no-color') ? false : has('--color') ? true : undefined,
  });
  const session: Session = { terminal, redact: (text) => text };
  try {
    const ended = await carryOut(argv, session, has('--help') || has('-h'), has('--version') || has('-V'));
    if (terminal.json) terminal.print(JSON.stringify(ended.json, null, 2));
    else terminal.print(await ended.text());
    process.exitCode = ended.code;
  } catch (error) {
    process.exitCode = await tell(error, session);
  }
  closeConnections();
}

interface Session {
  terminal: Terminal;
  /** Knows the secrets of the verb as soon as it has a context. */
  redact: (text: string) => string;
}

async function carryOut(
  argv: readonly string[],
  session: Session,
  wantsHelp: boolean,
  wantsVersion: boolean,
): Promise<Ended> {
  const { terminal } = session;
  const name = verbIn(argv);
  if (name === 'version' || (name === undefined && wantsVersion))
    return { code: 0, json: { name: slug, version }, text: () => `${slug} ${version}` };
  if (name === undefined || name === 'help') {
    const about =
      name === 'help'
        ? argv.slice(argv.indexOf('help') + 1).find((word) => !word.startsWith('-'))
        : undefined;
    if (about === undefined || about in builtIn) {
      // A command without a verb shows the help and fails, because nothing was done.
      const code = name === undefined && !wantsHelp ? 2 : 0;
      return { code, json: [...Object.keys(verbs), ...Object.keys(builtIn)], text: () => overview(terminal) };
    }
    return helpOf(about, terminal);
  }
  const entry = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
  if (!entry) throw unknownVerb(name);
  if (wantsHelp) return helpOf(name, terminal);
  const problem = nodeProblem(process);
  if (problem) throw new UsageError([problem]);
  const [{ runVerb }, { openContext }, verb] = await Promise.all([
    import('./run-verb.ts'),
    import('./open-context.ts'),
    entry.load(),
  ]);
  const { contextFor, secrets } = openContext(process, process.env, terminal);
  session.redact = secrets.redact;
  return runVerb(name, verb, argv, { terminal, secrets, contextFor });
}

async function helpOf(name: string, terminal: Terminal): Promise<Ended> {
  const entry = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
  if (!entry) throw unknownVerb(name);
  const [{ helpFor, helpData }, verb] = await Promise.all([import('./verb-help.ts'), entry.load()]);
  return { code: 0, json: helpData(name, verb), text: () => helpFor(name, verb, terminal) };
}

function unknownVerb(name: string): UsageError {
  const near = nearest(name, [...Object.keys(verbs), ...Object.keys(builtIn)]);
  return new UsageError([
    `"${name.slice(0, 60)}": no such verb${near === undefined ? '' : `; did you mean ${near}?`}`,
  ]);
}

/** Says what went wrong, on standard error and with --json on standard output too. */
async function tell(error: unknown, { terminal, redact }: Session): Promise<ExitCode> {
  const { red } = terminal.noteStyle;
  if (error instanceof UsageError) {
    for (const problem of error.problems) terminal.note(`${red('error:')} ${problem}`);
    terminal.note(`${slug} help${error.verb ? ` ${error.verb}` : ''} shows what there is.`);
    if (terminal.json)
      terminal.print(JSON.stringify({ error: { code: 'usage', problems: error.problems } }, null, 2));
    return 2;
  }
  const { tellFailure } = await import('./terminal/failure.ts');
  return tellFailure(error, terminal, redact);
}
