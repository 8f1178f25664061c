import { parseDuration } from '../../domain/data/parse.ts';
import { group } from '../../domain/inputs/definition.ts';
import { custom } from '../../domain/inputs/kind.ts';
import { choice, path } from '../../domain/inputs/kinds.ts';
import { revisionName } from './shapes.ts';

const watching = { watch: {} } as const;

export const watch = group('What is watched', {
  revision: {
    kind: revisionName,
    sentence: 'Revision to watch.',
    example: 'ocr-api-00042-duk',
    otherwise: 'the new revision of a release that is still open, else the newest one with traffic',
    usedBy: {
      watch: {},
      'smoke-test': {
        sentence: 'Revision to test. It needs a tag, or all traffic.',
        otherwise: 'the new revision of a release that is still open, else the live URL',
      },
      logs: { sentence: 'Revision whose log is read.', otherwise: 'every revision of the service' },
    },
  },
  baseline_revision: {
    kind: revisionName,
    sentence: 'Revision to compare with while traffic is split.',
    example: 'ocr-api-00041-tep',
    otherwise: 'the other one with traffic',
    usedBy: watching,
  },
  since: {
    kind: custom('a time such as 2026-11-22T10:00:00Z, or a duration before now such as 15m', parseSince),
    sentence: 'Moment from which requests count: a time, or a duration before now.',
    example: '15m',
    otherwise: 'now',
    usedBy: {
      watch: {},
      logs: {
        sentence: 'Moment from which entries are read: a time, or a duration before now.',
        otherwise: '15 minutes before now',
      },
    },
  },
  resume: {
    kind: choice(['auto', 'save', 'off']),
    sentence:
      'Whether to continue the watch that a release or another runner left in the record of an open release: `auto` if one fits and `since` is not set, `save` also keeps its own state there every minute (needs `run.services.update`), `off` starts from zero.',
    example: 'save',
    default: 'auto',
    usedBy: watching,
  },
  replay: {
    kind: path('the path of a JSON file'),
    shown: 'plain',
    sentence:
      'Path of a recording, or of the report of an earlier run, to judge again offline and without credentials. `slo`, `policy`, the `threshold_` and the `on_` inputs replace what was recorded; any other input is refused.',
    example: 'report.json',
    otherwise: 'none',
    usedBy: watching,
  },
});

/** A time, or seconds before now. Only the caller knows what now is. */
export type Since = { at: number } | { secondsAgo: number };

function parseSince(value: string): Since {
  if (!/^\d{4}-\d\d-\d\dT/.test(value)) return { secondsAgo: parseDuration(value) };
  const at = Date.parse(value);
  if (!Number.isFinite(at)) throw new Error('expected a time such as 2026-11-22T10:00:00Z');
  return { at };
}
