/** What a program of the user's is asked to count. */
export interface CountQuestion {
  /** Short name of the Cloud Run service. */
  service: string;
  /** Short names of the revisions to tell apart. Empty: all requests of the service together. */
  revisions: readonly string[];
  /** Revisions whose requests do not count. */
  except: readonly string[];
  objectives: readonly CountedObjective[];
  /** Milliseconds since the epoch. A request counts if it ended at `from` or later, and before `to`. */
  from: number;
  to: number;
}

export interface CountedObjective {
  id: string;
  kind: 'availability' | 'latency' | 'log_field';
  slowerThanMs?: number | undefined;
  clientErrors?: true | undefined;
}

/** The question as environment variables. Lists have a comma between their items. */
export function variablesOf(question: CountQuestion): Record<string, string> {
  return {
    COUNT_SERVICE: question.service,
    COUNT_REVISIONS: question.revisions.join(','),
    COUNT_EXCEPT: question.except.join(','),
    COUNT_FROM: String(question.from),
    COUNT_TO: String(question.to),
    COUNT_OBJECTIVES: JSON.stringify(
      question.objectives.map(({ id, kind, slowerThanMs, clientErrors }) => ({
        ...{ id, kind },
        ...(slowerThanMs === undefined ? {} : { slower_than_ms: slowerThanMs }),
        ...(clientErrors ? { client_errors: true } : {}),
      })),
    ),
  };
}
