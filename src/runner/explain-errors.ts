import { textOf } from '../domain/data/json.ts';
import type { FailureFacts, RunNames } from '../domain/errors/facts.ts';
import { errorPage } from '../domain/product.ts';
import type { ErrorRecord, Report } from '../domain/report/report.ts';
import { isHiddenText } from '../inputs/shown.ts';

/**
 * The one place where a failure becomes a message: each error of a report gets its cause, its repair with the names of
 * this run, and the address of the page that explains it. The table is loaded only if something failed.
 */
export async function explainErrors(
  report: Report,
  known: RunNames,
  given: Readonly<Record<string, unknown>>,
): Promise<void> {
  for (const record of report.errors) await explainError(record, { ...namesOf(report, given), ...known });
}

/** The same for one error. */
export async function explainError(record: ErrorRecord, names: RunNames): Promise<void> {
  const { facts } = record;
  delete record.facts;
  if (facts) await explainOne(record, facts, names);
  record.page = errorPage(record.row ?? record.code);
}

async function explainOne(record: ErrorRecord, facts: FailureFacts, names: RunNames): Promise<void> {
  const { explain } = await import('../domain/causes/explain.ts');
  const cause = explain(facts, names);
  if (!cause) return;
  const { id, why, fix, commands } = cause;
  // The end of a log is evidence, and stays behind the cause.
  const evidence = facts.kind === 'call' || facts.kind === 'network' ? undefined : record.why;
  const log = facts.link && `The whole log: ${facts.link}.`;
  Object.assign(record, { row: id, why: [why, evidence, log].filter(Boolean).join(' '), fix, commands });
}

function namesOf({ target }: Report, given: Readonly<Record<string, unknown>>): RunNames {
  const input = (name: string) => {
    const shown = textOf(given[name]);
    return shown === undefined || isHiddenText(shown) ? undefined : shown;
  };
  return {
    project: target.project ?? input('project_id'),
    region: target.region ?? input('region'),
    name: target.name ?? input('name'),
    entryPoint: input('entry_point'),
    sourceDir: input('source_dir'),
    memory: input('memory'),
  };
}
