import { auth, type Case, type Cases, checkout, ours, provider, workflow } from './case.ts';

const login = `uses: ${auth}
        with: { workload_identity_provider: ${provider} }`;
const page = (on: string, job: string, top = 'permissions: {}'): Case =>
  workflow(`on: ${on}
${top}
concurrency: { group: release, cancel-in-progress: false }
jobs:
  release:
    runs-on: ubuntu-latest
${job}
`);
const deploy = '    steps:\n      - run: gcloud functions deploy ocr --trigger-http';
/** A service for tests says so in its name. */
const integration =
  '    steps:\n      - run: gcloud run services update ${{ env.INTEGRATION_SERVICE }} --image x --tag ci-1';
const composite = `runs:\n  using: composite\n  steps:\n    - uses: ${auth}\n      with: { workload_identity_provider: ${provider} }\n`;

export const jobCases: Cases = {
  'id-token-missing': {
    bad: [
      page('push', `    permissions: { contents: read }\n    steps:\n      - ${login}`),
      page('push', `    steps:\n      - ${login}`),
      page('push', '    permissions: read-all\n    steps:\n      - uses: ./.github/login'),
      workflow(
        `on: push\njobs:\n  call:\n    permissions: { contents: read }\n    uses: ./.github/workflows/called.yml\n`,
        {
          '.github/workflows/called.yml': `on: workflow_call\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - ${login}\n`,
        },
      ),
    ].map((one, index) =>
      index === 2 ? { ...one, files: { ...one.files, '.github/login/action.yml': composite } } : one,
    ),
    good: [
      page('push', `    permissions: { id-token: write }\n    steps:\n      - ${login}`),
      page('push', `    permissions: write-all\n    steps:\n      - ${login}`),
      page('push', `    steps:\n      - ${login}`, 'permissions: { id-token: write, contents: read }'),
    ],
  },
  'id-token-wide': {
    bad: [
      page(
        'push',
        `    steps:\n      - ${login}\n  lint:\n    runs-on: ubuntu-latest\n    steps:\n      - run: npm run lint`,
        'permissions: { id-token: write }',
      ),
      page(
        'push',
        `    permissions: { id-token: write, contents: write }\n    steps:\n      - run: npm ci && npm test\n      - ${login}`,
      ),
      page(
        'push',
        `    steps:\n      - ${login}\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make test`,
        'permissions: write-all',
      ),
    ],
    good: [
      page('push', `    steps:\n      - ${login}`, 'permissions: { id-token: write }'),
      page(
        'push',
        `    permissions: { id-token: write }\n    steps:\n      - ${login}\n  lint:\n    runs-on: ubuntu-latest\n    steps:\n      - run: npm run lint`,
      ),
      page(
        'push',
        `    permissions: { id-token: write, contents: write }\n    steps:\n      - ${login}\n      - run: gh release create v1`,
      ),
    ],
  },
  'untrusted-login': {
    bad: [
      page(
        'pull_request_target',
        `    permissions: { id-token: write }\n    steps:\n      - uses: ${checkout}\n        with: { ref: '\${{ github.event.pull_request.head.sha }}' }\n      - run: npm ci && npm test\n      - ${login}`,
      ),
      page(
        'issue_comment',
        `    permissions: { id-token: write }\n    steps:\n      - uses: ${checkout}\n        with: { ref: 'refs/pull/\${{ github.event.issue.number }}/head' }\n      - run: make test\n      - ${login}`,
      ),
      page(
        '{ workflow_run: { workflows: [ci] } }',
        `    permissions: { id-token: write }\n    steps:\n      - uses: ${checkout}\n        with: { ref: '\${{ github.event.workflow_run.head_sha }}' }\n      - run: ./build.sh\n      - ${login}`,
      ),
      page(
        '{ push: { tags: [v*] }, workflow_run: { workflows: [ci] } }',
        `    if: github.ref == 'refs/heads/trunk'\n    permissions: { id-token: write }\n    steps:\n      - uses: ${checkout}\n        with: { ref: '\${{ github.event.workflow_run.head_sha || github.sha }}' }\n      - run: ./build.sh\n      - ${login}`,
      ),
    ],
    good: [
      page(
        'pull_request_target',
        `    permissions: { id-token: write }\n    steps:\n      - uses: ${checkout}\n      - run: npm ci\n      - ${login}`,
      ),
      page(
        'pull_request_target',
        '    permissions: { pull-requests: write }\n    steps:\n      - uses: actions/labeler@08eba0b27e820071cde6df949e0beb9ba4906955',
      ),
      page(
        'pull_request',
        `    permissions: { contents: read }\n    steps:\n      - uses: ${checkout}\n        with: { ref: '\${{ github.event.pull_request.head.sha }}' }\n      - run: npm test`,
      ),
      // Of these two events, only a tag lets the job run.
      page(
        '{ push: { tags: [v*] }, workflow_run: { workflows: [ci] } }',
        `    if: startsWith(github.ref, 'refs/tags/')\n    permissions: { id-token: write }\n    steps:\n      - uses: ${checkout}\n        with: { ref: '\${{ github.event.workflow_run.head_sha || github.sha }}' }\n      - run: ./build.sh\n      - ${login}`,
      ),
    ],
  },
  'deploy-from-pr': {
    bad: [
      page('pull_request', deploy),
      page('[push, pull_request]', `    steps:\n      - uses: ${ours()}\n        with: { name: ocr }`),
      page('pull_request', `    environment: production\n${deploy}`),
      page(
        'pull_request',
        `    steps:\n      - uses: ${ours('deploy')}\n        with: { name: ocr, dry_run: false }`,
      ),
    ],
    good: [
      page(
        'pull_request',
        `    steps:\n      - uses: ${ours('deploy')}\n        with: { name: ocr, dry_run: true }`,
      ),
      page('pull_request', `    environment: preview-ocr\n${deploy}`),
      page('[push, pull_request]', `    if: github.event_name == 'push'\n${deploy}`),
      page('push', deploy),
      page(
        '[push, pull_request]',
        "    steps:\n      - run: gcloud functions deploy ocr --trigger-http\n        if: github.ref == 'refs/heads/main'",
      ),
    ],
  },
  'no-environment': {
    bad: [
      page('push', deploy),
      page(
        '{ push: { branches: [main] } }',
        `    steps:\n      - uses: ${ours()}\n        with: { name: ocr }`,
      ),
      page('workflow_dispatch', '    steps:\n      - run: gcloud run deploy ocr --image x'),
    ],
    good: [
      page('push', `    environment: prod\n${deploy}`),
      page('push', `    if: github.ref == 'refs/heads/main'\n${deploy}`),
      page('push', '    steps:\n      - run: npm test'),
      page('push', integration),
      page('push', `    steps:\n      - uses: ${ours()}\n        with: { name: ocr, dry_run: true }`),
    ],
  },
  'release-cancelled': {
    bad: [
      workflow(
        `on: push\nconcurrency:\n  group: release\n  cancel-in-progress: true\njobs:\n  a:\n    runs-on: ubuntu-latest\n${deploy}\n`,
      ),
      workflow(
        `on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    concurrency: { group: x, cancel-in-progress: true }\n    steps:\n      - uses: ${ours()}\n        with: { name: ocr }\n`,
      ),
      workflow(
        `on: [push, pull_request]\nconcurrency:\n  group: x\n  cancel-in-progress: \${{ github.event_name != 'pull_request' }}\njobs:\n  a:\n    runs-on: ubuntu-latest\n    if: github.event_name == 'push'\n${deploy}\n`,
      ),
      workflow(
        'on: push\nconcurrency: { group: x, cancel-in-progress: true }\njobs:\n  call:\n    uses: ./.github/workflows/inner.yml\n',
        {
          '.github/workflows/inner.yml': `on: workflow_call\njobs:\n  a:\n    runs-on: ubuntu-latest\n${deploy}\n`,
        },
      ),
    ],
    good: [
      workflow(
        `on: push\nconcurrency: { group: release, cancel-in-progress: false }\njobs:\n  a:\n    runs-on: ubuntu-latest\n${deploy}\n`,
      ),
      workflow(
        'on: push\nconcurrency: { group: test, cancel-in-progress: true }\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: npm test\n',
      ),
      workflow(
        `on: push\nconcurrency: { group: ci, cancel-in-progress: true }\njobs:\n  a:\n    runs-on: ubuntu-latest\n${integration}\n`,
      ),
      workflow(
        `on: [push, pull_request]\nconcurrency:\n  group: x\n  cancel-in-progress: \${{ github.ref != 'refs/heads/main' }}\njobs:\n  a:\n    runs-on: ubuntu-latest\n    if: github.event_name == 'push'\n${deploy}\n`,
      ),
    ],
  },
  'release-concurrent': {
    bad: [
      workflow(`on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n${deploy}\n`),
      workflow(
        `on: push\nconcurrency: \${{ github.ref }}\njobs:\n  a:\n    runs-on: ubuntu-latest\n${deploy}\n`,
      ),
      workflow(
        `on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    concurrency: { group: 'r-\${{ github.sha }}' }\n${deploy}\n`,
      ),
    ],
    good: [
      workflow(`on: push\nconcurrency: release-ocr\njobs:\n  a:\n    runs-on: ubuntu-latest\n${deploy}\n`),
      workflow(
        `on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    concurrency: { group: release-ocr }\n${deploy}\n`,
      ),
      workflow(
        `on: { push: { branches: [main] } }\nconcurrency: '\${{ github.workflow }}-\${{ github.ref }}'\njobs:\n  a:\n    runs-on: ubuntu-latest\n${deploy}\n`,
      ),
      workflow(
        `on: { push: { branches: [main] }, pull_request: }\nconcurrency: '\${{ github.workflow }}-\${{ github.head_ref || github.ref }}'\njobs:\n  a:\n    runs-on: ubuntu-latest\n    if: github.event_name == 'push'\n${deploy}\n`,
      ),
    ],
  },
  'timeout-too-short': {
    bad: [
      page(
        'push',
        `    timeout-minutes: 15\n    steps:\n      - uses: ${ours()}\n        with: { name: ocr, canary: '5%,25%,50%', step_duration: 10m, duration: 30m }`,
      ),
      page(
        'push',
        `    timeout-minutes: 30\n    steps:\n      - uses: ${ours()}\n        with: { name: ocr }`,
      ),
      page(
        'push',
        `    steps:\n      - uses: ${ours()}\n        timeout-minutes: 20\n        with: { name: ocr }`,
      ),
      // Each of the three waves takes all steps.
      page(
        'push',
        `    timeout-minutes: 180\n    steps:\n      - uses: ${ours()}\n        with: { name: ocr, regions: 'europe-west1; us-central1; us-east1' }`,
      ),
    ],
    good: [
      page(
        'push',
        `    timeout-minutes: 180\n    steps:\n      - uses: ${ours()}\n        with: { name: ocr, regions: 'europe-west1; us-central1, us-east1' }`,
      ),
      page(
        'push',
        `    timeout-minutes: 180\n    steps:\n      - uses: ${ours()}\n        with: { name: ocr }`,
      ),
      page('push', `    steps:\n      - uses: ${ours()}\n        with: { name: ocr }`),
      page(
        'push',
        `    timeout-minutes: 10\n    steps:\n      - uses: ${ours('guard')}\n        with: { name: ocr }`,
      ),
      page(
        'push',
        `    timeout-minutes: \${{ fromJSON(vars.MINUTES) }}\n    steps:\n      - uses: ${ours()}\n        with: { name: ocr }`,
      ),
    ],
  },
  'uses-moving': {
    bad: [
      page('push', '    steps:\n      - uses: google-github-actions/auth@v3'),
      workflow('on: push\njobs:\n  call:\n    uses: acme/workflows/.github/workflows/x.yml@main\n'),
      page('push', '    steps:\n      - uses: docker://alpine:3'),
    ],
    good: [
      page('push', `    steps:\n      - uses: ${checkout} # v4.3.0`),
      page('push', '    steps:\n      - uses: ./local'),
      workflow('on: push\njobs:\n  call:\n    uses: ./.github/workflows/x.yml\n'),
      page('push', `    steps:\n      - uses: docker://alpine@sha256:${'0'.repeat(64)}`),
    ],
  },
};
