import type { ReleaseError } from '../../domain/errors/errors.ts';
import type { ProbeAnswer } from '../ports/prober.ts';

/** A call of the function that the log is searched for. Times are of this machine. */
export interface Mark {
  /** The query of the request has it. */
  mark: string;
  sentAt: number;
  doneAt: number;
  answer: ProbeAnswer;
}

/** What earlier probes of a run leave for later ones. */
export interface Memory {
  projectNumber?: string;
  /** Etag of the policy of a new service account. */
  accountEtag?: string;
  /** Short names of the function's revisions. */
  first?: string;
  second?: string;
  /** URLs of the function's service, and of the function. */
  url?: string;
  functionUrl?: string;
  /** The call while ingress was closed. */
  closed?: Mark;
  marks: Mark[];
  /** Set if the invoker check could not be turned on again. Nothing may open ingress then. */
  unsafe?: ReleaseError;
}
