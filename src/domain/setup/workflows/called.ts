import {
  type FileFacts,
  headOfRelease,
  headOfRollback,
  mayRelease,
  mayRollBack,
  withLines,
} from './parts.ts';

/** Workflows that call the reusable ones of the actions' repository. */
export const calledWorkflows = {
  release: (facts: FileFacts): string => `${headOfRelease(facts)}jobs:
  release:
    ${mayRelease}
    uses: ${called(facts, 'release')}
    with:
${withLines({ ...common(facts), ...facts.settings })}`,

  rollback: (facts: FileFacts): string => `${headOfRollback}jobs:
  rollback:
    ${mayRollBack}
    uses: ${called(facts, 'rollback')}
    with:
${withLines({ ...common(facts), service_account: facts.rollbackAccount })}      to: \${{ inputs.to }}
`,
};

const called = ({ actions }: FileFacts, workflow: string) =>
  `${actions.at}/.github/workflows/${workflow}.yml@${actions.ref}`;

function common({ name, region, environment }: FileFacts): Record<string, string> {
  return {
    name,
    region,
    ...(environment === undefined || environment === `prod/${name}` ? {} : { environment }),
  };
}
