import { repository, slug } from '../product.ts';

/** The workflow that settles what only a job on GitHub can show. It exchanges tokens and changes nothing. */
export const loginWorkflow = (project: string, region: string): string =>
  [
    'name: conformance',
    'on: workflow_dispatch',
    'permissions: {}',
    'jobs:',
    '  login:',
    '    runs-on: ubuntu-24.04',
    '    timeout-minutes: 10',
    '    permissions:',
    '      id-token: write',
    '    steps:',
    '      - uses: actions/setup-node@v7',
    '        with:',
    '          node-version: 24',
    `      - run: npx --yes github:${repository} conformance --only login --project ${project} --region ${region} --workload-identity-provider "$PROVIDER" --yes`,
    '        env:',
    `          PROVIDER: \${{ vars.WORKLOAD_IDENTITY_PROVIDER }}`,
    '      - if: always()',
    `        run: cat ${slug}-conformance.md >> "$GITHUB_STEP_SUMMARY"`,
  ].join('\n');
