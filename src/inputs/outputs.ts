/**
 * The outputs that several actions have. An output has one meaning, whichever action sets it, so the sentence of each is
 * written once. What an action adds to it follows the sentence.
 */
export const sharedOutputs = {
  verdict: '`pass`, `fail` or `inconclusive`.',
  outcome: 'How the run ended, in one word.',
  reason: 'One sentence that says what happened, and why.',
  report: 'Path of the report (JSON).',
  url: 'URL of the function or of the service, as its API shows it.',
  service: 'Full name of the Cloud Run service, `projects/P/locations/L/services/S`.',
  revision: 'Short name of the new revision, or of the serving one if nothing changed.',
  previous_revision: 'Short name of the revision that had all traffic before.',
  tag_url: 'URL of the new revision under its `tag`.',
  traffic: 'The revisions that get requests at the end, as JSON: a list of `revision` and `percent`.',
  exposure: '`private`, `public` or `unknown`.',
  unchanged: '`true` if the serving revision already has this source and configuration.',
  junit: 'Path of the results of the smoke test (JUnit XML).',
} as const;

type SharedOutput = keyof typeof sharedOutputs;

/** Some of them by name, as they are. */
export const shared = (...names: SharedOutput[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, sharedOutputs[name]]));

/** One of them, and what the action adds. */
export const sharedAnd = (name: SharedOutput, more: string): string => `${sharedOutputs[name]} ${more}`;
