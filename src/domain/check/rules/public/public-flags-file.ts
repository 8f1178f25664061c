import { entriesOf, itemsOf } from '../../../yaml/node.ts';
import { resolvePath } from '../../files/repository.ts';
import { optionsOf } from '../../shell/gcloud.ts';
import type { Rule } from '../rule.ts';

/** `--flags-file=FILE`, if the file holds `--allow-unauthenticated` or a step writes the file. */
export const publicFlagsFile: Rule = (facts, report) => {
  for (const call of facts.calls)
    for (const { value, word, valueWord } of optionsOf(call, '--flags-file')) {
      const path = value === undefined ? undefined : resolvePath('', value);
      const read = path === undefined ? undefined : facts.yaml(path);
      const { at } = valueWord ?? word;
      if (path === undefined) {
        report.unknown(at, 'The name of the flags file is known only to a run.');
        continue;
      }
      const writer = (call.step?.script?.commands ?? []).find(({ writes }) =>
        writes.some(({ text }) => text === value),
      );
      if (read && !('problem' in read)) {
        const keys = read.documents.flatMap((node) =>
          node.kind === 'list' ? itemsOf(node).flatMap(entriesOf) : entriesOf(node),
        );
        const flag = keys.find(
          ({ key, value: set }) =>
            key === '--allow-unauthenticated' && !(set.kind === 'text' && set.text === 'false'),
        );
        if (flag)
          report.found({
            severity: 'medium',
            confidence: 'high',
            at: { file: path, line: flag.keyLine, column: flag.keyColumn },
            title: `${path} adds --allow-unauthenticated to gcloud ${call.verb}.`,
            fix: 'Remove the flag from the file, and write the flags of a deploy into the command.',
            evidence: `${path} --allow-unauthenticated`,
          });
      } else if (writer)
        report.found({
          severity: 'medium',
          confidence: 'medium',
          at,
          title: `gcloud ${call.verb} reads its flags from ${value}, which a step writes at run time.`,
          fix: 'Write the flags into the command, so that a reviewer sees them.',
          evidence: `${value} written at run time`,
        });
      else report.unknown(at, `The flags file ${value} is not in the repository.`);
    }
};
