import type { Commits } from './commits.ts';
import type { Plan } from './plan.ts';

/** The notes of a release: what the changelog says, how to pin it, and how to verify it. */
export function notesOf(plan: Plan, { source, release }: Commits, repository: string): string {
  const since = plan.previous
    ? [
        `[Everything since ${plan.previous}](https://github.com/${repository}/compare/v${plan.previous}...${plan.tag})`,
        '',
      ]
    : [];
  return [
    plan.notes,
    '',
    '## Use it',
    '',
    '```yaml',
    `uses: ${repository}@${release} # ${plan.tag}`,
    '```',
    '',
    '## Verify it',
    '',
    `\`dist/\` was built again from commit ${source} and was the same, byte for byte. Archive, bill of materials and checksums are`,
    'attested by the workflow that made them:',
    '',
    '```sh',
    `gh release download ${plan.tag} --repo ${repository}`,
    `gh attestation verify backstay-${plan.version}.tgz --repo ${repository} --signer-workflow ${repository}/.github/workflows/publish.yml`,
    `gh release verify ${plan.tag} --repo ${repository}`,
    '```',
    '',
    ...since,
  ].join('\n');
}
