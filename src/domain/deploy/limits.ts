/** Limits that Google checks only after the build. */

/** Cloud Run: a tag and the name of its service have at most this many characters together. */
const tagAndService = 46;

/** Why this function cannot have these tags, or undefined. `service` is the short name of its Cloud Run service. */
export function tagProblem(service: string, tags: readonly string[]): string | undefined {
  const longest = Math.max(0, ...tags.map((tag) => tag.length));
  const total = longest + service.length;
  if (longest === 0 || total <= tagAndService) return undefined;
  return `the Cloud Run service ${service} has ${service.length} characters, a traffic tag needs ${longest} more, and Cloud Run allows ${tagAndService} together`;
}
