import { group } from '../../domain/inputs/definition.ts';
import { integer, path } from '../../domain/inputs/kinds.ts';
import { suiteFile } from '../../domain/product.ts';

export const probes = group('Test requests during a watch', {
  probes_per_minute: {
    kind: integer(0, 120),
    sentence:
      'Test requests that the action sends per minute during a watch. Use it when few users call the function. They are cases of the smoke suite, and they are counted separately from users.',
    example: '30',
    default: '0',
    usedBy: { release: {}, watch: {} },
  },
  probe_suite: {
    kind: path('the path of a smoke suite'),
    shown: 'plain',
    sentence: 'Path of the smoke suite that the test requests come from.',
    example: 'tests/probes.yaml',
    usedBy: { release: { otherwise: 'the file of `smoke_suite`' }, watch: { default: suiteFile } },
  },
});
