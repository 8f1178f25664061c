/** What a login to a system outside of Google Cloud needs of the run. */
export interface OutsideLogin {
  env: Readonly<Record<string, string | undefined>>;
  /** True while every call of the run goes to the sandbox. */
  sandbox: boolean;
  userAgent: string;
  /** From now on the value is masked in everything that is printed. */
  mask(value: string): void;
  /** The token that GitHub signs for this job and this audience. */
  identityToken(audience: string, signal?: AbortSignal): Promise<string>;
}
