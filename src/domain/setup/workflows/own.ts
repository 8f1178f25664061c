import {
  type FileFacts,
  headOfRelease,
  headOfRollback,
  mayRelease,
  mayRollBack,
  withLines,
} from './parts.ts';

/** Minutes of a job, as the reusable workflows have them. */
export const ownMinutes = { release: 130, rollback: 20 };

/** An expression of GitHub. */
const from = (what: string): string => `\${{ ${what} }}`;

/** Workflows with jobs of their own. The runners are those of the server's owner. */
export const ownWorkflows = {
  release: (
    facts: FileFacts,
  ): string => `${headOfRelease(facts)}concurrency: { group: release-${facts.name}, cancel-in-progress: false }
jobs:
  release:
    runs-on: self-hosted
    timeout-minutes: ${ownMinutes.release}
    ${mayRelease}
${environmentOf(facts, from('steps.release.outputs.url'))}    steps:
      - uses: actions/checkout@v5 # or the version that your server has
        with: { persist-credentials: false }
      - id: release
        uses: ${facts.actions.at}@${facts.actions.ref}
        with:
${inputs({ ...loginAs(from('vars.SERVICE_ACCOUNT')), ...placeOf(facts), ...facts.settings })}`,

  rollback: (facts: FileFacts): string => `${headOfRollback}jobs:
  rollback:
    runs-on: self-hosted
    timeout-minutes: ${ownMinutes.rollback}
    ${mayRollBack}
${environmentOf(facts)}    steps:
      - uses: ${facts.actions.at}/actions/rollback@${facts.actions.ref}
        with:
${inputs({ ...loginAs(facts.rollbackAccount), ...placeOf(facts), to: from('inputs.to') })}`,
};

const placeOf = ({ name, region }: FileFacts) => ({ name, region });

const environmentOf = ({ environment }: FileFacts, url?: string): string =>
  environment === undefined
    ? ''
    : `    environment:\n${withLines({ name: environment, ...(url ? { url } : {}) })}`;

const loginAs = (account: string): Record<string, string> => ({
  workload_identity_provider: from('vars.WORKLOAD_IDENTITY_PROVIDER'),
  service_account: account,
  invoker_service_account: from('vars.INVOKER_SERVICE_ACCOUNT'),
});

/** Inputs of a step, which lie deeper than those of a called workflow. */
const inputs = (fields: Readonly<Record<string, string>>): string =>
  withLines(fields).replace(/^(?=.)/gm, '    ');
