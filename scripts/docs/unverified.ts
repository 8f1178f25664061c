import type { Belief, Obstacle } from '../../src/domain/conformance/belief.ts';
import { type BeliefId, beliefIds, beliefs, beliefsOf } from '../../src/domain/conformance/catalog.ts';
import { probeIds, probes } from '../../src/domain/conformance/probes.ts';

const obstacles: Record<Obstacle, string> = {
  github: 'a job on GitHub alone can show it',
  organisation: 'it needs an organisation',
  unsafe: 'the attempt could make something public',
  quota: 'it uses up a quota that the project shares',
  extra: 'it needs more than a throw-away function',
  client: 'it is about gcloud itself',
  endless: 'no test can show it',
};

const opening = `# What we believe about Google Cloud and have not verified

Nothing in this repository has run against a real Google Cloud project. Some decisions depend on behaviour that Google does
not document. This page lists every such belief, with its id, what it rests on, and what changes for users if it is otherwise. In the
commands, \`P\`, \`R\` and \`F\` are project, region and function; \`S\` is the name in \`serviceConfig.service\`.

One command tries most of them on a project of yours, with a throw-away function: [conformance](../reference/conformance.md).

Many beliefs have a **quirk** of the sandbox: a switch of the same name whose default is what we believe. The release tests run
with both values, and so do the tests of the command. Set a quirk on the command line (\`npm run sandbox -- --quirk functionPatchKeepsPin=false\`), in a test
(\`startSandbox({ quirks: { functionPatchKeepsPin: false } })\`) or at run time (\`PATCH /settings {"quirks": {...}}\` on the
control server).

Generated from \`src/domain/conformance/beliefs/\`. To add a belief, add it there; if the sandbox needs a switch for it, add the quirk
of the same name in \`sandbox/core/types.ts\`.
`;

/** Writes docs/understand/unverified.md from the catalogue of beliefs. */
export function generate(): Record<string, string> {
  const switched = beliefIds.filter((id) => beliefs[id].quirk !== undefined);
  const others = beliefIds.filter((id) => beliefs[id].quirk === undefined);
  const lines = [
    opening,
    ...switched.flatMap((id) => section(id, beliefs[id])),
    '# Further beliefs without a switch',
    '',
    ...others.flatMap((id) => section(id, beliefs[id])),
    '# What settles what',
    '',
    '| part of a run | settles |',
    '|:--|:--|',
    ...probeIds.map(
      (id) =>
        `| ${probes[id].title} (\`${id}\`) | ${beliefsOf(id).map(linked).join(', ') || 'prepares what follows'} |`,
    ),
    '',
    'Not settled by the command:',
    '',
    ...beliefIds.flatMap((id) => {
      const { settled } = beliefs[id];
      return 'not' in settled ? [`- ${linked(id)}: ${obstacles[settled.not]}. ${settled.why}`] : [];
    }),
  ];
  return { 'docs/understand/unverified.md': `${lines.join('\n').trimEnd()}\n` };
}

const linked = (id: BeliefId) => `[${id}](#${id.toLowerCase()})`;

function section(id: BeliefId, { quirk, belief, source, otherwise, verify, settled }: Belief): string[] {
  const believed = quirk === undefined ? 'Believed' : `Believed: ${quirk}`;
  const by =
    'by' in settled
      ? `**Settled by** \`${settled.by}\`.`
      : `**Not settled by the command**: ${obstacles[settled.not]}.`;
  return [
    `## ${id}`,
    '',
    `**${believed}.** ${belief}  `,
    `**Source.** ${source}  `,
    `**If it is otherwise.** ${otherwise}  `,
    `**To verify.** ${verify}  `,
    by,
    '',
  ];
}
