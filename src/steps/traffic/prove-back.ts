import { messageOf } from '../../domain/errors/errors.ts';
import type { Finding } from '../../domain/findings/finding.ts';
import { ofRule } from '../../domain/findings/of-rule.ts';
import { trafficRules } from '../../domain/findings/rules/traffic.ts';
import type { UnreachedBy } from '../../domain/invocation/unreached.ts';
import { healthText, type ServingHealth } from '../../domain/watch/serving-health.ts';

/** How a revision answered one call. */
export interface Answer {
  /** True if the function itself answered. False if there was no token, or if the request did not reach the function. */
  answered: boolean;
  /** `it answers 200`, in a few words. */
  text: string;
  status?: number | undefined;
  /** What stopped the request on its way, and what repairs that. */
  by?: UnreachedBy | undefined;
  fix?: string | undefined;
  commands?: readonly string[] | undefined;
}

/** Ways to check whether a revision works. A check that is absent is skipped. */
export interface ProvePorts {
  /** One call with a token. Throws if the revision does not answer, or if its own answer is an error. */
  alive?: ((url: string, signal?: AbortSignal) => Promise<Answer>) | undefined;
  /** Counts the revision's own finished requests. `since` is when the traffic was seen to be back (milliseconds since the epoch). */
  rate?:
    | ((service: string, revision: string, since: number, signal?: AbortSignal) => Promise<ServingHealth>)
    | undefined;
}

/** Calls the revision once. Never throws: a failure becomes a finding, and the traffic stays where it is. */
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

/** Counts the revision's own errors. Never throws: if counting fails, `uncounted` says why. */
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
  ...ofRule(trafficRules, 'rolled-back-revision-fails'),
  title: `${revision} does not work well either: ${how}.`,
  why: 'So the new revision is not the only cause: look at what both revisions depend on.',
  fix: 'The traffic stays there, because moving it again would not help. Once the cause is fixed, release the same source again with retry_failed: true.',
});
