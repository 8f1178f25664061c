import { textMapOf, textOf, textsOf } from '../../domain/data/json.ts';
import type { Observed } from '../../domain/setup/observed.ts';
import type { Kind } from '../../domain/setup/resource.ts';
import type { SetupPlace } from '../../steps/setup/ports.ts';
import type { GithubClient } from '../client.ts';
import { observe } from './calls.ts';
import { observeBranch, observeEnvironment, writeBranch, writeEnvironment } from './environments.ts';
import { named } from './repositories.ts';
import { observeVariable, writeVariable } from './variables.ts';

const kinds: readonly Kind[] = ['subject', 'environment', 'branch', 'variable'];

/** Everything of a set-up that is at GitHub. */
export function createSetupHost(github: GithubClient): SetupPlace {
  return {
    kinds,
    observe(resource, signal): Promise<Observed> {
      switch (resource.kind) {
        case 'subject':
          return observeSubject(github, resource.repository, signal);
        case 'environment':
          return observeEnvironment(github, resource, signal);
        case 'branch':
          return observeBranch(github, resource, signal);
        case 'variable':
          return observeVariable(github, resource, signal);
        default:
          throw new Error(`${resource.kind} is not at GitHub.`);
      }
    },
    async write(rows, signal) {
      for (const row of rows) {
        const { resource } = row;
        if (resource.kind === 'environment') await writeEnvironment(github, resource, signal);
        if (resource.kind === 'branch') await writeBranch(github, resource, signal);
        if (resource.kind === 'variable') await writeVariable(github, row, resource, signal);
      }
    },
  };
}

/**
 * How the subject of the repository's tokens will look (REST "actions/oidc/customization/sub"). The mapping of the
 * provider does not use it, so every form works, and it is never changed.
 */
async function observeSubject(
  github: GithubClient,
  repository: string,
  signal?: AbortSignal,
): Promise<Observed> {
  const route = 'GET /repos/{owner}/{repo}/actions/oidc/customization/sub';
  const found = await observe(github, route, named(repository), signal, (body) => {
    const { sub_claim_prefix: prefix } = textMapOf(body);
    const keys = textsOf(body.include_claim_keys);
    const custom = body.use_default === false && keys.length > 0;
    const form = custom ? keys.join(':') : (textOf(prefix) ?? `repo:${repository}`);
    return { state: 'present', ours: true, fields: { form } };
  });
  // GitHub Enterprise Server before 3.6 has no such setting: its tokens have the default form.
  return found.state === 'absent'
    ? { state: 'present', ours: true, fields: { form: `repo:${repository}` } }
    : found;
}
