/** Workflows that all differ: each has jobs, steps, scripts with a call of gcloud, and a login. */
export const manyWorkflows = (count: number): Record<string, string> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, at) => [
      `.github/workflows/release-${at}.yml`,
      `name: release ${at}
on:
  push: { branches: [main] }
permissions: {}
concurrency: { group: release-${at}, cancel-in-progress: false }
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@08eba0b27e820071cde6df949e0beb9ba4906955
      - run: |
          set -euo pipefail
          for part in a b c; do npm test --prefix "$part"; done
  release:
    needs: test
    runs-on: ubuntu-latest
    environment: prod
    timeout-minutes: 60
    permissions: { contents: read, id-token: write }
    env:
      REGION: europe-west${at % 10}
    steps:
      - uses: actions/checkout@08eba0b27e820071cde6df949e0beb9ba4906955
      - uses: google-github-actions/auth@08eba0b27e820071cde6df949e0beb9ba4906955
        with:
          workload_identity_provider: projects/1/locations/global/workloadIdentityPools/p/providers/q
          service_account: deploy-${at}@example.iam.gserviceaccount.com
      - run: |
          FLAGS=(--region "$REGION" --no-allow-unauthenticated)
          gcloud run deploy "service-${at}" --image "x:\${{ github.sha }}" "\${FLAGS[@]}"
`,
    ]),
  );
