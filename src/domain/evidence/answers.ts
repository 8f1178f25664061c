/** Answers of one revision, by whose fault they were. The other ones were good. */
export interface Answers {
  total: number;
  /** 4xx other than 429. The caller asked for what the revision does not answer. */
  client: number;
  /** 5xx, and 429: the revision or its platform failed. */
  failed: number;
}

export const noAnswers: Readonly<Answers> = { total: 0, client: 0, failed: 0 };

export function addAnswers(to: Answers, more: Answers): void {
  to.total += more.total;
  to.client += more.client;
  to.failed += more.failed;
}

/** The fraction of 4xx; 0 without answers. */
export const clientRate = ({ total, client }: Pick<Answers, 'total' | 'client'>): number =>
  total > 0 ? client / total : 0;

/** The fraction of answers that did not serve the caller, by anybody's fault; 0 without answers. */
export const unservedRate = ({ total, client, failed }: Answers): number =>
  total > 0 ? (client + failed) / total : 0;

/** `client`, `failed`, or undefined for a good answer. 429 is a failure, because no instance was free. */
export function faultOf(status: number): 'client' | 'failed' | undefined {
  if (status >= 500 || status === 429) return 'failed';
  return status >= 400 ? 'client' : undefined;
}
