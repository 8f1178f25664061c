import { freezeForm, parseFreeze } from '../../domain/freeze/window.ts';
import { group } from '../../domain/inputs/definition.ts';
import { custom } from '../../domain/inputs/kind.ts';
import { text } from '../../domain/inputs/kinds.ts';

const starting = { release: {}, deploy: {} } as const;

export const freeze = group('When nothing is released', {
  freeze: {
    kind: custom(freezeForm, parseFreeze),
    sentence:
      'Times in which nothing is released, one a line: every week or between two dates, each with its time zone. Such a run ends with outcome `blocked` before it changes anything. A rollback is never frozen.',
    example: 'Fri 16:00-Mon 08:00 Europe/Berlin',
    otherwise: 'none',
    usedBy: starting,
  },
  freeze_override: {
    kind: text({ expected: 'a reason', maxLength: 500 }),
    sentence: 'Why to go on although `freeze` forbids it. The reason is kept in report and summary.',
    example: 'repairs the outage of ticket 4711',
    otherwise: 'none',
    usedBy: starting,
  },
});
