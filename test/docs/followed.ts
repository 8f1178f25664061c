/** What follows each block for a shell on the pages: a test that runs it, or the reason why none does. */
export interface Followed {
  /** The page, or the start of its path. */
  page: string;
  /** Words that the block holds. Without them, every block of the page. */
  holds?: string;
  /** The test that runs the block, or the code that makes it and its test. */
  by?: string;
  /** What that file says of the block: by default the name of the page without its ending. */
  says?: string;
  /** Why no test runs it. */
  because?: string;
}

const pasted = 'test/peers/readmes/pasted.test.ts';
const commandLine = 'test/docs/command-line.test.ts';

export const followed: readonly Followed[] = [
  { page: 'CONTRIBUTING.md', holds: 'npm run demo', by: 'test/e2e/demo.test.ts', says: 'demo' },
  { page: 'README.md', holds: 'npm run demo', by: 'test/e2e/demo.test.ts', says: 'demo' },

  { page: 'actions/auth/README.md', holds: 'gcloud services enable sts', by: pasted },
  { page: 'actions/auth/README.md', holds: 'service-accounts create deployer', by: pasted },
  { page: 'actions/auth/README.md', holds: 'roles/cloudfunctions.developer', by: pasted },
  { page: 'actions/auth/README.md', holds: 'service-accounts create invoker', by: pasted },
  {
    page: 'actions/auth/README.md',
    holds: 'keys delete KEY_ID',
    by: 'test/peers/migration/key-file.test.ts',
    says: 'keys delete',
  },
  { page: 'actions/auth/README.md', holds: 'gh api repos/acme/ocr', by: pasted },
  { page: 'actions/auth/README.md', holds: 'providers describe acme-ocr', by: pasted },

  { page: 'examples/pipeline/README.md', by: 'test/peers/kfp/compiled.test.ts', says: 'pipeline.py' },
  { page: 'actions/check/README.md', holds: 'backstay check', by: commandLine, says: 'backstay' },
  { page: 'docs/reference/checks.md', by: 'test/domain/check/rules.test.ts', says: 'cases' },
  {
    page: 'docs/reference/command-line.md',
    holds: 'github:backstay-release',
    by: 'test/package.test.ts',
    says: 'install',
  },
  {
    page: 'docs/reference/command-line.md',
    holds: 'backstay init',
    by: 'test/e2e/init.test.ts',
    says: 'init',
  },
  {
    page: 'docs/reference/command-line.md',
    holds: 'backstay conformance',
    by: 'test/e2e/conformance.test.ts',
    says: 'conformance',
  },
  ...['status', 'plan', 'smoke', 'logs', 'rollback'].map((verb) => ({
    page: 'docs/reference/command-line.md',
    holds: `backstay ${verb}`,
    by: 'test/e2e/command-line.test.ts',
    says: `'${verb}'`,
  })),
  {
    page: 'docs/reference/command-line.md',
    holds: 'backstay doctor',
    by: 'test/e2e/doctor.test.ts',
    says: "'doctor'",
  },
  {
    page: 'docs/reference/command-line.md',
    holds: 'backstay slo',
    by: 'test/e2e/slo-command.test.ts',
    says: "'slo'",
  },
  {
    page: 'docs/reference/command-line.md',
    holds: 'backstay model',
    by: 'test/e2e/model-command.test.ts',
    says: "'model'",
  },
  {
    page: 'docs/reference/command-line.md',
    holds: 'backstay drill',
    by: 'test/e2e/drill-command.test.ts',
    says: "'drill'",
  },
  { page: 'docs/reference/command-line.md', holds: 'backstay check', by: commandLine, says: 'backstay' },
  {
    page: 'docs/reference/command-line.md',
    holds: 'backstay replay',
    by: 'test/e2e/watch-replay.test.ts',
    says: "'replay'",
  },
  { page: 'docs/reference/conformance.md', by: 'test/e2e/conformance.test.ts', says: "'conformance'" },
  // The blocks of this page are the repairs of the rows and codes, which are printed by runs as well.
  { page: 'docs/reference/errors.md', by: 'test/peers/repairs/printed/causes.ts', says: 'causes' },

  { page: 'docs/set-up/README.md', by: 'test/peers/set-up/page.test.ts', says: 'docs/set-up/README.md' },
  ...['from-deploy-cloudrun', 'from-gcloud-run'].map((name) => ({
    page: `docs/set-up/${name}.md`,
    by: 'test/peers/migration/services.test.ts',
    says: name,
  })),
  {
    page: 'docs/set-up/from-key-file.md',
    by: 'test/peers/migration/key-file.test.ts',
    says: 'from-key-file',
  },
  { page: 'docs/set-up/pull-requests.md', by: pasted, says: 'docs/set-up/pull-requests.md' },
  { page: 'docs/set-up/ten-minutes.md', by: 'test/e2e/init.test.ts', says: 'init' },
  {
    page: 'docs/reference/command-line.md',
    holds: 'backstay posture',
    by: 'test/e2e/when-it-burns.test.ts',
    says: "'posture'",
  },
  {
    page: 'docs/troubleshoot/when-it-burns.md',
    by: 'test/e2e/when-it-burns.test.ts',
    says: 'when-it-burns',
  },
  {
    page: 'docs/understand/guide.md',
    by: 'test/peers/guide/guide.test.ts',
    says: 'docs/understand/guide.md',
  },
  {
    page: 'docs/understand/sandbox.md',
    holds: 'npm run -s sandbox',
    by: pasted,
    says: 'docs/understand/sandbox.md',
  },
  {
    page: 'docs/understand/sandbox.md',
    holds: '$CONTROL/faults',
    by: pasted,
    says: 'docs/understand/sandbox.md',
  },
  {
    page: 'docs/understand/sandbox.md',
    holds: ' init --project sandbox-project',
    by: 'test/e2e/init.test.ts',
    says: 'init',
  },
  { page: 'docs/understand/sandbox.md', holds: 'crane', by: 'test/peers/crane/crane.test.ts', says: 'crane' },

  {
    page: 'examples/ocr-container/README.md',
    by: 'test/peers/readmes/container.test.ts',
    says: 'examples/ocr-container/README.md',
  },
  { page: 'examples/ocr-node/README.md', by: 'test/support/ocr-variants.ts', says: 'ocr-node' },
  { page: 'examples/ocr-python/README.md', by: 'test/sandbox/ocr-python.test.ts', says: 'ocr-python' },
  { page: 'examples/organisation/README.md', by: pasted, says: 'examples/organisation/README.md' },
  { page: 'examples/smoke/README.md', by: 'test/support/ocr-variants.ts', says: 'ocr-node' },
];
