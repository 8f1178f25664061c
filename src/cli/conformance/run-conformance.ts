import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { disguise } from '../../domain/conformance/disguise.ts';
import { labelsOf, namesOf } from '../../domain/conformance/names.ts';
import { planOf, planText } from '../../domain/conformance/plan.ts';
import { type ProbeId, probeIds } from '../../domain/conformance/probes.ts';
import { documentOf, headline, markdownOf } from '../../domain/conformance/report.ts';
import { exitCodeOf, type Outcome } from '../../domain/conformance/result.ts';
import { inlineSource, slowMs, sourceOf } from '../../domain/conformance/source.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import type { OwnValues } from '../../domain/inputs/definition.ts';
import { slug } from '../../domain/product.ts';
import { cleanUp } from '../../steps/conformance/clean-up.ts';
import { permitted } from '../../steps/conformance/permitted.ts';
import type { Journal, Pace } from '../../steps/conformance/ports.ts';
import { chosen, runProbes } from '../../steps/conformance/run.ts';
import type { Stage } from '../../steps/conformance/scene.ts';
import type { Call, Ended } from '../verb.ts';
import type { conformanceFlags } from './flags.ts';
import { journalPath, openJournal } from './journal-file.ts';
import { type Opened, open } from './open.ts';

type Flags = OwnValues<typeof conformanceFlags>;

/** A run aims at 15 minutes. After this long, no new part begins, and the clean-up has its own time. */
const mostMs = 25 * 60_000;
const cleanUpMs = 5 * 60_000;
/** A run that is killed may be cleaned up by others from then on. */
const expiresMs = 60 * 60_000;

const paces: Record<Opened['against'], Pace> = {
  google: { pollMs: 2000, logsMs: 5000, slowMs, patienceMs: 100_000, graceMs: 30_000 },
  sandbox: { pollMs: 20, logsMs: 60, slowMs: 300, patienceMs: 10_000, graceMs: 300 },
};

export async function runConformance(call: Call<Flags>): Promise<Ended> {
  const { values, context } = call;
  const only = values.only as ProbeId[] | undefined;
  const loginOnly = only?.every((id) => id === 'login') === true;
  if (values.quirk && values.against !== 'sandbox')
    throw new ReleaseError('request-invalid', { what: '--quirk is for --against sandbox alone.' });
  const opened = await open(call, {
    against: values.against,
    project: values.project_id,
    region: values.region,
    quirks: values.quirk ?? [],
    loginOnly,
  });
  try {
    const journal = openJournal(values.journal ?? journalPath(context.env, opened.project, opened.region));
    if (values.clean_up) return await cleaned(call, opened, journal);
    return await carryOut(call, { opened, journal, plan: chosen(only), loginOnly });
  } finally {
    opened.close();
  }
}

interface Work {
  opened: Opened;
  journal: Journal;
  plan: ProbeId[];
  loginOnly: boolean;
}

const sweep = (
  { context }: Call<Flags>,
  { cloud, project, region, against }: Opened,
  journal: Journal,
  all: boolean,
) =>
  cleanUp({
    ...{ cloud, clock: context.clock, journal, project, region, all },
    ...{ pollMs: paces[against].pollMs, deadlineMs: cleanUpMs },
    // An interrupted run still has to be cleaned up. A second Ctrl-C ends the process.
    signal: new AbortController().signal,
  });

/** Asks before anything is made or removed. */
async function agreed(
  { values, terminal }: Call<Flags>,
  lines: readonly string[],
  question: string,
): Promise<void> {
  for (const line of lines) terminal.note(line);
  if (values.yes) return;
  if (!terminal.canAsk)
    throw new ReleaseError('request-invalid', {
      what: 'Nothing was done, because nobody can be asked here.',
      fix: 'Set --yes.',
    });
  const answer = await terminal.ask(`${question} [y/N] `);
  if (!/^y(es)?$/i.test(answer ?? '')) throw new ReleaseError('cancelled', { what: 'Nothing was done.' });
}

async function cleaned(call: Call<Flags>, opened: Opened, journal: Journal): Promise<Ended> {
  const { project, region } = opened;
  await agreed(
    call,
    [`Everything labelled ${slug}-conformance in ${project}/${region} is removed.`],
    'Go on?',
  );
  const { removed, left } = await sweep(call, opened, journal, true);
  return {
    code: left.length > 0 ? 2 : 0,
    json: { schema: `${slug}/conformance-clean-up/v1`, removed, left },
    text: () =>
      [`${removed} removed, ${left.length} left.`, ...left.map(({ name, why }) => `  ${name}: ${why}`)].join(
        '\n',
      ),
  };
}

async function carryOut(call: Call<Flags>, { opened, journal, plan, loginOnly }: Work): Promise<Ended> {
  const { context, values } = call;
  const { clock, signal, log, id } = context;
  const { project, region, against, cloud } = opened;
  const pace = paces[against];
  if (!loginOnly) {
    const lines = planText(planOf(plan), project, region);
    if (against === 'google') await agreed(call, lines, 'Go on?');
  }
  const member = loginOnly ? '' : await opened.member();
  const projectNumber = loginOnly
    ? undefined
    : await permitted(cloud, project, planOf(plan).permissions, signal);
  const before = loginOnly ? { removed: 0, left: [] } : await sweep(call, opened, journal, false);
  if (before.removed > 0) log.line(`${before.removed} resources of an earlier run were removed.`);
  const started = clock.now();
  const run = id.slice(0, 6);
  const expires = Math.floor((started + expiresMs) / 1000);
  const stage: Stage = {
    ...{ cloud, clock, journal, pace, run, project, region, member, expires },
    names: namesOf(project, region, run),
    labels: labelsOf(run, expires),
    image: values.image,
    runtime: values.runtime,
    source: (version) => (against === 'sandbox' ? inlineSource(version, pace.slowMs) : sourceOf(version)),
    provider: values.workload_identity_provider,
    memory: { marks: [], ...(projectNumber ? { projectNumber } : {}) },
  };
  const ran = await runProbes(stage, {
    only: plan.length === probeIds.length ? undefined : plan,
    ...{ deadlineMs: mostMs, signal, tell: (line: string) => log.line(line) },
  });
  if (!loginOnly) log.line('Removing what was made.');
  const after = loginOnly ? before : await sweep(call, opened, journal, false);
  for (const { name, why } of after.left) log.warning(`${name} is left: ${why}`);
  if (after.left.length > 0)
    log.line(`To remove it: ${slug} conformance --clean-up --project ${project} --region ${region} --yes`);
  const outcome: Outcome = disguise(
    {
      ...{ run, project, region, against, settled: ran.settled, probes: ran.ends },
      startedAt: new Date(started).toISOString(),
      seconds: Math.round((clock.now() - started) / 1000),
      removed: after.removed,
      left: after.left,
      answers: opened.answers(),
    },
    { project, number: projectNumber, member },
  );
  const clean = context.secrets.redactAll(outcome);
  const files = write(values.out ?? '.', markdownOf(clean), documentOf(clean));
  return {
    code: signal.aborted ? 130 : exitCodeOf(clean),
    json: documentOf(clean),
    text: () => [headline(clean), ...files.map((file) => `  ${file}`)].join('\n'),
  };
}

function write(folder: string, markdown: string, document: unknown): string[] {
  mkdirSync(folder, { recursive: true });
  const base = join(folder, `${slug}-conformance`);
  writeFileSync(`${base}.md`, markdown);
  writeFileSync(`${base}.json`, `${JSON.stringify(document, null, 2)}\n`);
  return [`${base}.md`, `${base}.json`];
}
