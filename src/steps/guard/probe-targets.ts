import { shortName } from '../../domain/data/resource-name.ts';
import type { ConfigurationFacts } from './read-exposure.ts';

/** A URL under which the function may answer. */
export interface ProbeTarget {
  url: string;
  /** Where the URL came from, in words. */
  from: string;
  /** True if no API named the URL. */
  guessed: boolean;
}

/** Every URL under which the function may answer, each once. `extra` are URLs of the user, such as a custom domain. */
export function probeTargets(facts: ConfigurationFacts, extra: readonly string[] = []): ProbeTarget[] {
  const targets = new Map<string, ProbeTarget>();
  const add = (url: string, from: string, guessed = false) => {
    if (!/^https?:\/\//i.test(url)) return;
    const key = url.replace(/\/+$/, '').toLowerCase();
    if (!targets.has(key)) targets.set(key, { url, from, guessed });
  };
  if (facts.function.ok) for (const url of facts.function.value.urls) add(url, 'the function');
  if (facts.service?.ok) {
    for (const url of facts.service.value.urls) add(url, 'the service');
    for (const url of facts.service.value.tagUrls) add(url, 'a tag');
  }
  for (const url of extra) add(url, 'probe_urls');
  const short = shortName(facts.target.service);
  const onCloudRun = [...targets.values()].some(({ url }) => /^https:\/\/[^/]+\.run\.app/i.test(url));
  if (onCloudRun && short && facts.projectNumber)
    add(
      `https://${short}-${facts.projectNumber}.${facts.target.region}.run.app`,
      'the deterministic URL',
      true,
    );
  return [...targets.values()];
}
