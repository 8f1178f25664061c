import type { Verdict } from '../findings/verdict.ts';

/** A run of a workflow. GitHub counts the ids up over the whole repository. */
export interface RunOfSection {
  id: number;
  attempt: number;
}

/** What one step says in the comment that all steps share. */
export interface Section {
  /** Tells the sections of a comment apart. The same step of a later run has the same key. */
  key: string;
  /** Tells the writers apart: eight hex digits of the process. */
  writer: string;
  /** What the section is about, as people read it. */
  title: string;
  /** Id of the job, to tell two sections with one title apart. */
  job: string;
  /** `plan`: it went well and changed nothing. */
  state: Verdict | 'plan';
  run: RunOfSection;
  /** The head of the pull request that it is about. */
  commit: string;
  /** Address of the run's page. */
  page: string;
  /** One sentence, as plain text. */
  line: string;
  /** Markdown below that sentence. */
  body: string;
}

export const isNewerRun = (a: RunOfSection, b: RunOfSection): boolean =>
  a.id > b.id || (a.id === b.id && a.attempt > b.attempt);

/** Is there anything to do about it? */
export const isTrouble = ({ state }: Pick<Section, 'state'>): boolean =>
  state === 'fail' || state === 'inconclusive';
