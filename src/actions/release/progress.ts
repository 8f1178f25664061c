import { slug, version } from '../../domain/product.ts';
import { spanText } from '../../domain/text/span.ts';
import type { Context } from '../../runner/context.ts';
import { replaceFile } from '../../runner/write-file.ts';
import type { StageEntry } from '../../steps/release/ports.ts';
import type { ReleaseInputs } from './inputs.ts';

const icons = { pass: '✓', fail: '✗', inconclusive: '!' } as const;

/** One line of the log for a stage that has ended. */
export function logStage(context: Context, entry: StageEntry): void {
  const took = spanText((entry.endedAt - entry.startedAt) / 1000);
  context.log.line(`${icons[entry.verdict]} ${entry.stage.padEnd(13)} ${took.padEnd(6)} ${entry.note}`);
}

/** Rewrites the summary after every stage, so that a step that is killed still leaves a summary. */
export function writeDraft(context: Context, name: string, stages: readonly StageEntry[]): void {
  const path = context.env.GITHUB_STEP_SUMMARY;
  if (!path || context.inputs.summary === 'never') return;
  const rows = stages.map(
    (stage) =>
      `| ${stage.stage} | ${spanText((stage.endedAt - stage.startedAt) / 1000)} | ${icons[stage.verdict]} |`,
  );
  const lines = [
    `## ⏳ Release of \`${name}\` under way`,
    '',
    'If this page stays like this, the step was killed. The post step or the next release then settles what it left open.',
    '',
    '| stage | took | |',
    '|:--|--:|:--|',
    ...rows,
    '',
  ];
  try {
    replaceFile(path, lines.join('\n'));
  } catch {
    // The draft is a convenience, so it must not fail a release.
  }
}

/** Makes room for the summary itself. */
export function clearDraft({ env }: Context): void {
  if (!env.GITHUB_STEP_SUMMARY) return;
  try {
    replaceFile(env.GITHUB_STEP_SUMMARY, '');
  } catch {
    // The summary itself will say that the file cannot be written.
  }
}

/** The first lines of the log: what is about to be released, and how. */
export function logPlan(context: Context, { request, stages, several }: ReleaseInputs, name: string): void {
  const { log } = context;
  const steps = request.canary.map(
    (step) => `${step} % ${spanText(step === 100 ? request.fullSeconds : request.stepSeconds)}`,
  );
  const commit = request.commit ? `, commit ${request.commit.slice(0, 7)}` : '';
  const where = several?.waves.map((wave) => wave.join(', ')).join('; then ') ?? stages.deploy.region;
  log.line(`${slug} ${version}  ${name} in ${where}${commit}, ${steps.join(', ')}`);
  log.line(
    `  smoke suite: ${stages.suite ?? 'none'}; objective: ${stages.objectives.map((objective) => `${(100 * objective.target).toFixed(2)} % ${objective.id}`).join(', ') || 'none'}`,
  );
}
