import { execFileSync } from 'node:child_process';
import { grant } from '../../sandbox/core/policies.ts';
import { accountResource, identityOf } from '../../sandbox/identity/state.ts';
import type { Sandbox } from '../../sandbox/index.ts';
import { bucketResource } from '../../sandbox/storage/render.ts';
import { quoted } from '../../src/domain/data/shell.ts';

/** Does a command grant nothing? It only shows something, or it puts right what one run left, such as the alias of a model. */
export const isLook = (command: string): boolean =>
  /^(?:curl|gcloud (?:[\w-]+ )+(?:describe|list|get-iam-policy)) /.test(command);

/**
 * Runs a printed command in a shell whose gcloud grants on the sandbox, which takes milliseconds, or takes a binding away. Throws for
 * anything but a grant, its removal, and a look. The judge of test/peers/repairs runs the same commands with a real gcloud.
 */
export function pasteGrant({ world: cloud }: Sandbox, command: string): void {
  if (isLook(command)) return;
  // A grant for a workflow reads first what the provider maps.
  const [, provider = ''] = /providers describe (\S+)/.exec(command) ?? [];
  const mapping = Object.entries(identityOf(cloud).providers.get(provider)?.attributeMapping ?? {})
    .map((pair) => pair.join('='))
    .join(';');
  const answers = `case "$*" in *'value(attributeMapping)'*) printf '%s' ${quoted(mapping)} ;; *) printf '%s\\n' "$@" ;; esac`;
  const shell = `gcloud() { ${answers}; }\n${command}\n`;
  // The sandbox answers in this process, which waits here: a command that called it would wait for ever.
  const words = execFileSync('bash', ['-c', shell], { encoding: 'utf8', timeout: 60_000 }).trim().split('\n');
  const flag = (name: string) =>
    words
      .find((word) => word.startsWith(`--${name}=`))
      ?.split('=')
      .slice(1)
      .join('=');
  const verb = words.findIndex((word) => /^(add|remove)-iam-policy-binding$/.test(word));
  const target = words[verb + 1] ?? '';
  const [project, region] = [flag('project'), flag('region')];
  const kinds: Record<string, string> = {
    projects: `//cloudresourcemanager.googleapis.com/projects/${target === cloud.projectNumber ? cloud.project : target}`,
    'iam service-accounts': accountResource(cloud, target),
    'storage buckets': bucketResource(cloud, target.replace('gs://', '')),
    'run services': `//run.googleapis.com/projects/${project}/locations/${region}/services/${target}`,
    'artifacts repositories': `//artifactregistry.googleapis.com/projects/${project}/locations/${flag('location')}/repositories/${target}`,
  };
  const resource = kinds[words.slice(0, verb).join(' ')];
  const [member, role] = [flag('member'), flag('role')];
  if (verb < 1 || !resource || !member || !role) throw new Error(`not a grant: ${command}`);
  if (words[verb] === 'add-iam-policy-binding') {
    grant(cloud.policies, resource, role, member);
    return;
  }
  const left = cloud.policies.get(resource).bindings.map((binding) => ({
    ...binding,
    members: binding.members.filter((one) => binding.role !== role || one !== member),
  }));
  cloud.policies.set(resource, left, 'once');
}
