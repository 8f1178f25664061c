import { judgePosture } from '../../../../src/domain/posture/judge.ts';
import { accessCases } from '../../../domain/posture/cases/access.ts';
import { aroundCases } from '../../../domain/posture/cases/around.ts';
import { frontCases } from '../../../domain/posture/cases/front.ts';
import { imageCases } from '../../../domain/posture/cases/image.ts';
import { secretCases } from '../../../domain/posture/cases/secrets.ts';
import { postureWith } from '../../../support/posture-facts.ts';
import { here, type Printed, printed } from './here.ts';

/**
 * The commands of every row in every state that the tables of its tests know, and those that grant what a row lacks. The parser of
 * gcloud reads them; others would write into the folder of whoever runs the test.
 */
export const postureCommands = (): Printed[] =>
  [...accessCases, ...frontCases, ...secretCases, ...imageCases, ...aroundCases].flatMap(
    ({ id, name, change }) => {
      const facts = postureWith(change);
      facts.exposure.identity = `serviceAccount:${here.deployer}`;
      const { evidence } = judgePosture(
        facts,
        { severity: undefined, change: false, unknown: false },
        undefined,
      );
      const all = [
        ...evidence.rows
          .filter((row) => row.id === id)
          .flatMap(({ holes }) => holes.flatMap(({ commands }) => printed(`${id}: ${name}`, commands))),
        ...printed(
          `a role that ${id} lacks`,
          evidence.roles.flatMap(({ command }) => command ?? []),
        ),
      ];
      return all.filter(({ command }) => command.startsWith('gcloud '));
    },
  );
