/** Who logged in, or who tried: what a report holds of a login. */
export interface LoginEvidence {
  /** Full name of the workload identity provider. */
  provider?: string | undefined;
  /** Who the run is for Google Cloud: a service account's e-mail or a `principal://` name. */
  principal?: string | undefined;
  /** The principal was derived from `sub`, because this identity may not read the provider. */
  principal_assumed?: boolean | undefined;
  /** `sub` of GitHub's token. */
  subject?: string | undefined;
  /** RFC 3339: when the token expires. */
  expires_at?: string | undefined;
  /** Claims of GitHub's token that may be shown. */
  claims?: Record<string, string> | undefined;
  /** After a failure: id of the row that explains it. */
  cause?: string | undefined;
  /** After a failure: commands to paste, the one that repairs it first. */
  commands?: string[] | undefined;
}
