import { githubServer, isRepository, runPage } from '../data/run-page.ts';
import type { Report } from '../report/report.ts';
import { verdictWord } from '../report/words.ts';
import { logText } from '../text/safe-text.ts';

/** What a webhook is told, as plain text. Each kind of webhook escapes it in its own way. */
export interface Note {
  event: 'started' | 'ended';
  action: 'release' | 'rollback';
  /** RFC 3339 */
  at: string;
  /** One line: what happened to what. */
  title: string;
  /** Why, in a few sentences. */
  text?: string | undefined;
  /** What a person should do now. */
  next?: string | undefined;
  mood: 'good' | 'bad' | 'open';
  verdict?: string | undefined;
  outcome?: string | undefined;
  target: { name?: string | undefined; project?: string | undefined; region?: string | undefined };
  repository?: string | undefined;
  commit?: string | undefined;
  /** The page of the run. */
  run?: string | undefined;
}

type Env = Readonly<Record<string, string | undefined>>;

const most = { title: 150, text: 1200, next: 600 };

/** The run, as GitHub describes it to the job. */
function runOf(env: Env): Pick<Note, 'repository' | 'commit' | 'run'> {
  const { GITHUB_REPOSITORY: repository, GITHUB_SHA: commit } = env;
  const { GITHUB_RUN_ID: id = '', GITHUB_RUN_ATTEMPT: attempt = '1' } = env;
  const server = githubServer(env);
  const known = server !== undefined && isRepository(repository) && /^\d+$/.test(id);
  return {
    repository,
    ...(/^[0-9a-f]{7,64}$/.test(commit ?? '') ? { commit } : {}),
    run: known ? runPage(server, repository, id, /^\d+$/.test(attempt) ? attempt : undefined) : undefined,
  };
}

const placeOf = ({ region, project }: Note['target']): string =>
  [region, project].filter(Boolean).join(', project ');

export function startNote(action: Note['action'], target: Note['target'], env: Env, at: string): Note {
  const what = `${action === 'release' ? 'Release' : 'Rollback'} of ${target.name ?? 'the function'} began`;
  const { name, project, region } = target;
  return {
    ...{ event: 'started', action, at, mood: 'open', target: { name, project, region } },
    title: logText(what, most.title),
    text: placeOf(target) || undefined,
    ...runOf(env),
  };
}

/** @param report the redacted report of an action that has ended */
export function endNote(report: Report, env: Env, at: string): Note {
  const { name, project, region } = report.target;
  const good = report.errors.length === 0 && (report.verdict === 'pass' || report.outcome === 'promoted');
  const next = nextOf(report);
  return {
    ...{ event: 'ended', action: report.action === 'rollback' ? 'rollback' : 'release', at },
    mood: good ? 'good' : report.verdict === 'fail' || report.errors.length > 0 ? 'bad' : 'open',
    verdict: report.verdict,
    outcome: report.outcome,
    target: { name, project, region },
    title: logText(`${titleOf(report)}: ${name ?? 'the function'}`, most.title),
    text: logText(report.reason, most.text) || undefined,
    next: next === undefined ? undefined : logText(next, most.next),
    ...runOf(env),
  };
}

const titleOf = (report: Report): string => {
  if (report.action === 'rollback' && report.verdict === 'pass') return 'Rolled back';
  if (report.action === 'rollback') return 'Rollback failed';
  return report.outcome || report.verdict !== 'pass' ? verdictWord(report) : 'Nothing to release';
};

/** The first repair that the report names. A held release waits for a decision. */
function nextOf(report: Report): string | undefined {
  if (report.outcome === 'held')
    return 'Decide with actions/rollback: to: before takes it back, the name of the new revision gives it all of the traffic.';
  const bad = report.findings.find(
    ({ fix, severity }) => fix !== undefined && (severity === 'critical' || severity === 'high'),
  );
  const fix = report.errors.find((error) => error.fix !== undefined)?.fix ?? bad?.fix;
  if (report.verdict === 'pass' || fix === undefined) return undefined;
  // The commands stand in the summary, because a chat is no place to copy them from.
  return /:$/.test(fix) ? `${fix.slice(0, -1)} (the command is in the summary of the run).` : fix;
}
