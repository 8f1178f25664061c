import { messageOf } from '../../domain/errors/errors.ts';
import type { Finding } from '../../domain/findings/finding.ts';
import { healthText, type ServingHealth } from '../../domain/watch/serving-health.ts';

/** How a revision answered one call. */
export interface Answer {
  /** False if there was no token to call it with. */
  answered: boolean;
  /** `it answers 200`, in a few words. */
  text: string;
}

/** How a revision is asked whether it works; what is absent is not asked. */
export interface ProvePorts {
  /** One call with a token. Throws if the revision does not answer, or answers with an error of its own. */
  alive?: ((url: string, signal?: AbortSignal) => Promise<Answer>) | undefined;
  /** The revision's own finished requests; `since` (milliseconds) is when traffic was seen where it belongs. */
  rate?:
    | ((service: string, revision: string, since: number, signal?: AbortSignal) => Promise<ServingHealth>)
    | undefined;
}

/** By its own answer. Never throws: what is found is told, and nothing moves again. */
export async function proveAnswer(
  ports: ProvePorts,
  url: string,
  revision: string,
  signal?: AbortSignal,
): Promise<{ alive?: Answer | undefined; findings: Finding[] }> {
  try {
    return { alive: await ports.alive?.(url, signal), findings: [] };
  } catch (error) {
    if (signal?.aborted) return { findings: [] };
    return { findings: [failing(revision, messageOf(error).replace(/\.$/, ''))] };
  }
}

/** By its own error rate. Never throws: where nobody could count, that is said. */
export async function proveRate(
  ports: ProvePorts,
  service: string,
  revision: string,
  since: number,
  signal?: AbortSignal,
): Promise<{ rate?: ServingHealth | undefined; uncounted?: string | undefined; findings: Finding[] }> {
  try {
    const rate = await ports.rate?.(service, revision, since, signal);
    const findings = rate?.health === 'fails' ? [failing(revision, healthText(rate))] : [];
    return { rate, findings };
  } catch (error) {
    return { uncounted: messageOf(error).replace(/\.$/, ''), findings: [] };
  }
}

const failing = (revision: string, how: string): Finding => ({
  rule: 'rolled-back-revision-fails',
  severity: 'high',
  title: `${revision} does not work well either: ${how}.`,
  why: 'Then the cause is not the new revision alone: look at what both depend on.',
  fix: 'Traffic stays there, since going forth and back would help nobody. Once the cause is mended, release the same source again with retry_failed: true.',
});
