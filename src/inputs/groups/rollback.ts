import { revisionPattern } from '../../domain/data/resource-name.ts';
import { group } from '../../domain/inputs/definition.ts';
import { text } from '../../domain/inputs/kinds.ts';

export const rollback = group('Where the traffic goes', {
  to: {
    kind: text({
      pattern: revisionPattern,
      expected: 'before, stable, settle, or the name of a revision such as ocr-api-00041-tep',
    }),
    sentence:
      'Where the traffic goes: `before` (what served before the last release), `stable` (the last revision that a release proved good), the name of a revision, or `settle` (finish a release that did not end, and change nothing else).',
    example: 'ocr-api-00041-tep',
    default: 'before',
    usedBy: { rollback: {} },
  },
});
