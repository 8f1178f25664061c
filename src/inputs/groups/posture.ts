import { group } from '../../domain/inputs/definition.ts';
import { integer, list, path, text } from '../../domain/inputs/kinds.ts';

const posture = { posture: {} } as const;

export const postureGroup = group('The posture', {
  earlier_report: {
    kind: path('the path of a report'),
    shown: 'plain',
    sentence:
      'Report of an earlier run, to say what has changed since. A file that does not exist counts as the first run.',
    example: 'posture/report.json',
    otherwise: 'none',
    usedBy: posture,
  },
  buckets: {
    kind: list(
      text({
        pattern: /^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$/,
        expected: 'the name of a bucket, without gs://',
      }),
    ),
    sentence:
      'Buckets of input, output and model, by commas or newlines. Those that the service mounts, or that a variable names by `gs://`, are looked at anyway.',
    example: 'ocr-input, ocr-output',
    otherwise: 'none',
    usedBy: posture,
  },
  largest_upload_kb: {
    kind: integer(1, 32_768),
    sentence:
      'Size of the largest body that users send, in kilobytes, to compare with what Cloud Armor looks at.',
    example: '10000',
    default: '5000',
    usedBy: posture,
  },
});
