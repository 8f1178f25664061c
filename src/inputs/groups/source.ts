import { group, usedBy } from '../../domain/inputs/definition.ts';
import { choice } from '../../domain/inputs/kinds.ts';
import { sourceInputs, sourceNames, sourceSentence } from '../../sli/registry.ts';

/** Every action that counts requests can use every source. */
const counting = { release: {}, watch: {} } as const;

export const source = group('Source of the counts', {
  source: {
    kind: choice(sourceNames),
    sentence: `Where requests are counted: ${sourceSentence}.`,
    example: 'metrics',
    otherwise: '`auto`, or the source whose inputs are set',
    usedBy: counting,
  },
  ...usedBy(sourceInputs, counting),
});
