import { group } from '../../domain/inputs/definition.ts';
import { choice, list, path, text } from '../../domain/inputs/kinds.ts';
import { checkFile } from '../../domain/product.ts';

const check = { check: {} } as const;

export const checkGroup = group('What is checked', {
  path: {
    kind: path('a folder'),
    shown: 'plain',
    sentence: 'Folder of the repository.',
    example: 'services/ocr',
    default: '.',
    usedBy: check,
  },
  base: {
    kind: text({ pattern: /^\w[\w./@-]*$/, expected: 'a commit, a branch or a tag', shown: 'plain' }),
    sentence: `Commit, branch or tag to compare with. Silences and \`${checkFile}\` count as they are there, so a change cannot switch off its own check.`,
    example: 'origin/main',
    otherwise: 'the base of the pull request, or the commit before the push',
    usedBy: check,
  },
  fail_on: {
    kind: choice(['new', 'any', 'never']),
    sentence:
      'Which findings fail the check: `new` those that the change brings, `any` all of them, `never` none. Without a base every finding is new.',
    example: 'any',
    default: 'new',
    usedBy: {
      ...check,
      posture: {
        kind: list(choice(['critical', 'high', 'medium', 'low', 'change', 'unknown', 'nothing'])),
        sentence:
          'What fails the run, by commas: the mildest severity of a hole (`critical`, `high`, `medium` or `low`), `change` for anything that became worse since `earlier_report`, `unknown` for a row that could not be read, or `nothing`.',
        example: 'high, change',
        default: 'critical',
      },
    },
  },
  fail_severity: {
    kind: choice(['critical', 'high', 'medium', 'low']),
    sentence: 'The least severity that fails the check.',
    example: 'high',
    default: 'medium',
    usedBy: check,
  },
});
