import type { View } from '../domain/report/render.ts';
import type { ActionName, CommentRecord, Report } from '../domain/report/report.ts';
import type { Context } from './context.ts';

/** The outputs that every action has. `report` is the path of the report file. */
export const commonOutputs = ['verdict', 'outcome', 'reason', 'report'] as const;

/** A file in the temporary folder of the job. */
export interface ResultFile {
  name: string;
  text: string;
}

/** What an action returns. The report holds everything; outputs are the part that other steps read. */
export interface Finished<Name extends ActionName = ActionName> {
  report: Report<Name>;
  /** Loads how the job summary shows the report. Called only if a summary is written, so that start-up stays fast. */
  view?: () => Promise<View<Name>>;
  /** The action's own outputs. */
  outputs?: Record<string, string | number | boolean | undefined>;
  /** Files for other steps, by the output that names each. They are written at the end, so that none costs the verdict. */
  files?: Record<string, ResultFile>;
  /** Outputs that are tokens on purpose. They are masked in the log, but not redacted. */
  secretOutputs?: Record<string, string>;
  /** Environment variables for the steps that follow. */
  exports?: Record<string, string>;
  /** `false` leaves the job summary alone. Post steps that have nothing to say use it. */
  summary?: boolean;
  /** Also writes the summary to a separate file and names that file in the output `summary_file`. */
  summaryFile?: boolean;
  /** Overrides the exit code that follows from the report. */
  exitCode?: 0 | 1;
  /** `false` if the action has already written its own annotations. */
  annotate?: boolean;
}

export type Action<Name extends ActionName = ActionName> = (context: Context) => Promise<Finished<Name>>;

/** Tells the webhooks of `notify` how an action ended. It does not throw. */
export type Teller = (context: Context, report: Report) => Promise<void>;

/** Brings a redacted report into the comment on the pull request. It does not throw. */
export type Commenter = (context: Context, report: Report, view: View | undefined) => Promise<CommentRecord>;

/** Reads what the service's log says about a failure into the report, and writes it to the log of the run. It does not throw. */
export type Explainer = (context: Context, report: Report) => Promise<void>;
