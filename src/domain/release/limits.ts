/** The longest time, in seconds, that a release gives each thing that its inputs do not limit. */
export const limits = {
  /** A change of the traffic, until it has taken effect. */
  write: 60,
  /** The last change, which also removes the tags and closes the record. */
  finish: 120,
  /** Sending the traffic back. */
  revert: 90,
  /** What a build may need beyond `deploy_timeout`, such as its upload. */
  build: 30,
  /** All checks of the smoke suite together. */
  smoke: 900,
  /** At the end of a watched step: requests that the source does not show yet, or a quota. */
  tail: 360,
  /** Login, preflight, reads, and the upload of the report. */
  rest: 300,
} as const;
