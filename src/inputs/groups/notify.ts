import { group } from '../../domain/inputs/definition.ts';
import { custom } from '../../domain/inputs/kind.ts';
import { hooksForm, parseHooks } from '../../domain/notify/hook.ts';

export const notify = group('Messages', {
  notify: {
    kind: custom(hooksForm, parseHooks, 'hidden'),
    sentence:
      'Webhooks that are told when it begins and how it ended, one a line: `slack URL`, `google-chat URL`, `teams URL`, or `json URL secret=KEY` for a program of your own. A webhook that fails or hangs changes nothing. A dry run tells nobody.',
    example: '(a secret)',
    otherwise: 'none',
    secret: true,
    usedBy: { release: {}, rollback: {} },
  },
});
