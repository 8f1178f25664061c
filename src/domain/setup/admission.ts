/**
 * Who may log in through a provider, as data, and as the condition of the provider. The condition is always written in the
 * same form, so that a later `init` for one more repository can read it back and add to it. The Terraform module of
 * terraform/ writes the same form.
 */

/** A repository that is let in, by its number. */
export interface Admitted {
  repositoryId: string;
  branch: string;
  /** The only environment whose jobs may log in. Undefined: every job of the branch. */
  environment: string | undefined;
}

export interface Admission {
  ownerId: string;
  /** Only runners of GitHub. */
  hostedOnly: boolean;
  /** Every repository of the owner is let in from this branch; the grants decide what it may do. */
  everyRepository: { branch: string } | undefined;
  repositories: readonly Admitted[];
}

/** Google's limit for a condition. */
export const conditionLimit = 4096;

const noPullRequests =
  "assertion.event_name != 'pull_request' && assertion.event_name != 'pull_request_target'";
const hosted = "assertion.runner_environment == 'github-hosted'";
const list = (items: readonly string[]) => `[${items.map((item) => `'${item}'`).join(', ')}]`;
const refOf = (branch: string) => `assertion.ref == 'refs/heads/${branch}'`;

/** One alternative for each branch, without and with an environment: a list of numbers is short, also for forty repositories. */
function alternatives(repositories: readonly Admitted[]): string[] {
  const groups = new Map<string, Admitted[]>();
  for (const one of repositories) {
    const key = `${one.branch}:${one.environment === undefined ? 'any' : 'own'}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, group]) => {
      const [{ branch, environment } = { branch: '', environment: undefined }] = group;
      const ids = [...new Set(group.map(({ repositoryId }) => repositoryId))];
      const places = group.map((one) => `${one.repositoryId} ${one.environment}`);
      const own = `(assertion.repository_id + ' ' + assertion.environment) in ${list(places)}`;
      const parts = [refOf(branch), `assertion.repository_id in ${list(ids)}`];
      return `(${[...parts, ...(environment === undefined ? [] : [own])].join(' && ')})`;
    });
}

export function conditionOf(admission: Admission): string {
  const { ownerId, hostedOnly, everyRepository, repositories } = admission;
  return [
    `assertion.repository_owner_id == '${ownerId}'`,
    noPullRequests,
    ...(hostedOnly ? [hosted] : []),
    everyRepository ? refOf(everyRepository.branch) : `(${alternatives(repositories).join(' || ')})`,
  ].join(' && ');
}

const items = (text: string): string[] => [...text.matchAll(/'([^']*)'/g)].map(([, item = '']) => item);

/** The admission that a condition of our form stands for. Undefined if a person has written it. */
export function parseCondition(condition: string): Admission | undefined {
  const [, ownerId = '', only, rest = ''] =
    /^assertion\.repository_owner_id == '(\d+)' && assertion\.event_name != 'pull_request' && assertion\.event_name != 'pull_request_target'( && assertion\.runner_environment == 'github-hosted')? && (.*)$/.exec(
      condition,
    ) ?? [];
  const every = /^assertion\.ref == 'refs\/heads\/([^']+)'$/.exec(rest)?.[1];
  const admission: Admission = {
    ownerId,
    hostedOnly: only !== undefined,
    everyRepository: every === undefined ? undefined : { branch: every },
    repositories: every === undefined ? readAlternatives(rest) : [],
  };
  // A condition that was not understood is not written again.
  return conditionOf(admission) === condition ? admission : undefined;
}

function readAlternatives(text: string): Admitted[] {
  const pattern =
    /\(assertion\.ref == 'refs\/heads\/([^']+)' && assertion\.repository_id in \[([^\]]*)\](?: && \(assertion\.repository_id \+ ' ' \+ assertion\.environment\) in \[([^\]]*)\])?\)/g;
  return [...text.matchAll(pattern)].flatMap(([, branch = '', ids = '', places]): Admitted[] =>
    places === undefined
      ? items(ids).map((repositoryId) => ({ repositoryId, branch, environment: undefined }))
      : items(places).map((place) => {
          const at = place.indexOf(' ');
          return { repositoryId: place.slice(0, at), branch, environment: place.slice(at + 1) };
        }),
  );
}

const same = (a: Admitted, b: Admitted) =>
  a.repositoryId === b.repositoryId && a.branch === b.branch && a.environment === b.environment;

/** What the provider lets in already, and what is wanted. Undefined if one condition cannot say both. */
export function joined(live: Admission, wanted: Admission): Admission | undefined {
  if (live.ownerId !== wanted.ownerId || live.hostedOnly !== wanted.hostedOnly) return undefined;
  if (live.everyRepository?.branch !== wanted.everyRepository?.branch) return undefined;
  const added = wanted.repositories.filter((one) => !live.repositories.some((other) => same(one, other)));
  return { ...live, repositories: [...live.repositories, ...added] };
}

/** What is left of a list if these repositories are no longer let in. Undefined if nothing is. */
export function without(live: Admission, gone: Admission): Admission | undefined {
  const repositories = live.repositories.filter(
    (one) => !gone.repositories.some((other) => same(one, other)),
  );
  return repositories.length === 0 ? undefined : { ...live, repositories };
}

/**
 * What Google reads from a token. The subject has at most 127 bytes, which GitHub's `sub` can exceed; and it is the same
 * for both forms of `sub`, with names and with numbers.
 */
export const attributeMapping: Readonly<Record<string, string>> = {
  'google.subject': "'repo:' + assertion.repository_id + ':' + assertion.run_id",
  'attribute.repository_id': 'assertion.repository_id',
};

/**
 * True if Google can fetch the keys of this issuer, so that a provider needs none of its own. The keys of a GitHub Enterprise
 * Server that Google cannot reach are uploaded, and stay.
 */
export const hasPublicKeys = (issuer: string): boolean => !/\/_services\/token\/?$/.test(issuer);
