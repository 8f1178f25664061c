import { type RuntimeSupport, runtimeText, sourceOf } from '../deploy/runtimes.ts';
import type { Finding } from '../findings/finding.ts';
import type { Examined } from './check.ts';

/** A Cloud Run function needs no Functions API, so a project may well not use it. */
export const notListed = (runtime: string): string =>
  `How long ${runtime} is supported is not known here: this project does not use the Functions API, which has Google's list. It is on https://cloud.google.com/run/docs/runtime-support, too.`;

/** Judges how long the runtime of the function can still be built. `today` is an ISO day. */
export function judgeRuntime(support: RuntimeSupport, today: string): Examined {
  const { name, state, deprecation, newest } = support;
  const left =
    deprecation === undefined
      ? undefined
      : Math.floor((Date.parse(deprecation) - Date.parse(today)) / 86_400_000);
  if (state === 'supported') {
    const text =
      left === undefined
        ? `${name} is supported`
        : `${name} is supported for ${left} more days (${deprecation})`;
    const by = support.said === 'list' ? '' : `, by ${sourceOf(support)}`;
    return { part: 'runtime', state: 'ok', text: `${text}${by}.`, findings: [] };
  }
  const grave = state !== 'ending';
  const finding: Finding = {
    rule: 'doctor-runtime',
    severity: grave ? 'high' : 'medium',
    title: runtimeText(support),
    source: sourceOf(support),
    ...(newest === undefined || newest === name ? {} : { fix: `Set runtime: ${newest}, and test it.` }),
  };
  return { part: 'runtime', state: grave ? 'bad' : 'warn', text: finding.title, findings: [finding] };
}
