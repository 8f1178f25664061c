import type { ActionRun } from '../../../support/run-action.ts';
import type { Stage } from './stage.ts';

/** A run that fails and prints a repair, the repair pasted into a shell, and the same run again. */
export interface Scene {
  /** The entries of the catalogues whose commands it pastes, as test/peers/repairs/printed names them. */
  from: readonly string[];
  name: string;
  action: string;
  arrange(stage: Stage): unknown;
  inputs?: Record<string, string> | ((stage: Stage) => Record<string, string>);
  /** The row, the code or the rule of the finding, as the report has it. */
  told: string;
  /** True if the run only warns, so that it passes before the repair too. */
  passes?: true;
  /** Each line of state that the repair adds or takes away. Nothing else may change. */
  came?: readonly RegExp[];
  went?: readonly RegExp[];
  /** Inputs of the next run that the message names, in addition to those that the test reads from it. */
  next?(output: string, stage: Stage): Record<string, string>;
}

interface Told {
  what: string;
  fix: string;
  commands: readonly string[];
}

interface ReportParts {
  errors: { code: string; row?: string; what: string; fix?: string; commands?: string[] }[];
  findings: { rule: string; title: string; fix?: string; commands?: string[] }[];
}

/** What the run says about the row: the first error or finding of that name. */
export function toldBy(run: ActionRun, name: string): Told | undefined {
  const { errors, findings } = run.report as unknown as ReportParts;
  const error = errors.find(({ code, row }) => row === name || code === name);
  if (error) return { what: error.what, fix: error.fix ?? '', commands: error.commands ?? [] };
  const found = findings.filter(({ rule }) => rule === name);
  const [first] = found;
  if (!first) return undefined;
  return {
    what: first.title,
    fix: first.fix ?? '',
    commands: [...new Set(found.flatMap(({ commands }) => commands ?? []))],
  };
}

/** Settings that a message names, as inputs of the next run: `Set memory: 512Mi in this step`. */
export const named = (fix: string): Record<string, string> =>
  Object.fromEntries(
    [...fix.matchAll(/\b(?:Set|or) ([a-z_]+): ([\w-]+)/g)].map(([, name, value]) => [
      name ?? '',
      value ?? '',
    ]),
  );

/** Lines that a run of its own changes: what it deploys. */
const ofRuns = /^(service|revision) |\/(services|functions)\//;

const missing = (lines: readonly string[], from: readonly string[]) =>
  lines.filter((line) => !from.includes(line));

function unexpected(lines: readonly string[], wanted: readonly RegExp[], what: string): string[] {
  const left = [...lines];
  const problems: string[] = [];
  for (const pattern of wanted) {
    const at = left.findIndex((line) => pattern.test(line));
    if (at < 0) problems.push(`${what}: nothing like ${pattern} in ${lines.join(' | ')}`);
    else left.splice(at, 1);
  }
  return [...problems, ...left.map((line) => `${what} too: ${line}`)];
}

const spoken = (run: ActionRun) =>
  JSON.stringify((run.report as unknown as ReportParts | undefined)?.errors ?? run.log.slice(-1500));

/** Plays a scene. Returns what is wrong, and nothing if the repair works. */
export async function play(scene: Scene, stage: Stage): Promise<string[]> {
  await scene.arrange(stage);
  const inputs = typeof scene.inputs === 'function' ? scene.inputs(stage) : (scene.inputs ?? {});
  const failed = await stage.run(scene.action, inputs);
  if (failed.code !== (scene.passes ? 0 : 1))
    return [`the run ends with ${failed.code}: ${failed.log.slice(-800)}`];
  const told = toldBy(failed, scene.told);
  if (!told) return [`the run does not tell ${scene.told}: ${JSON.stringify(failed.report).slice(0, 3000)}`];
  const problems: string[] = [];
  for (const command of told.commands) {
    if (!failed.summary.includes(command)) problems.push(`not in the summary: ${command}`);
    // A finding that does not fail the step is in the summary and in the report.
    if (
      !scene.passes &&
      !failed.log.includes(command) &&
      !failed.log.includes(command.replaceAll('%', '%25'))
    )
      problems.push(`not in the log: ${command}`);
  }
  const before = stage.state();
  const shell = await stage.paste(told.commands.join('\n'));
  if (shell.code !== 0) return [...problems, `the shell says ${shell.code}: ${shell.errors.slice(-900)}`];
  const after = stage.state();
  problems.push(
    ...unexpected(missing(after, before), scene.came ?? [], 'came'),
    ...unexpected(missing(before, after), scene.went ?? [], 'went'),
  );
  const next = { ...inputs, ...named(told.fix), ...scene.next?.(shell.output, stage) };
  const again = await stage.run(scene.action, next);
  // The same finding about something else, such as another level that this identity may not read, prints other commands.
  const same = toldBy(again, scene.told);
  const still = told.commands.length === 0 ? same : same?.commands.find((one) => told.commands.includes(one));
  if (again.code !== 0 || still) problems.push(`the next run says ${again.code}: ${spoken(again)}`);
  const end = stage.state();
  const lost = [...missing(after, end), ...missing(end, after)].filter((line) => !ofRuns.test(line));
  return [...problems, ...lost.map((line) => `the next run changed ${line}`)];
}
