import { parseDecimal } from '../../domain/capacity/choices.ts';
import { parseList } from '../../domain/data/parse.ts';
import { bucketForm, parseBucket } from '../../domain/drill/asked.ts';
import { group } from '../../domain/inputs/definition.ts';
import { custom } from '../../domain/inputs/kind.ts';
import { boolean, duration, integer, path, text } from '../../domain/inputs/kinds.ts';
import { slug } from '../../domain/product.ts';
import { regionName } from './shapes.ts';

const drill = { drill: {} } as const;

const bucketName = text({
  pattern: /^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/,
  expected: 'the name of a bucket, without gs://',
  shown: 'plain',
});

export const drillGroup = group('The drill', {
  drill_buckets: {
    kind: {
      ...custom(`a list, each item ${bucketForm}`, (value) => {
        const found = parseList(value).map((part, index) => {
          try {
            return parseBucket(part);
          } catch (error) {
            throw new Error(`item ${index + 1}: ${(error as Error).message}`);
          }
        });
        const names = found.flatMap(({ bucket, copy }) => [bucket, ...(copy === undefined ? [] : [copy])]);
        const twice = names.find((name, at) => names.indexOf(name) !== at);
        if (twice !== undefined) throw new Error(`expected each bucket once, found ${twice} twice`);
        if (found.length > 20) throw new Error('expected at most 20 buckets');
        return found;
      }),
      shown: 'plain',
    },
    sentence:
      'Buckets whose data must not be lost, by commas or newlines. A word before = says what is in it, and a bucket behind > is its copy in another region.',
    example: 'input=my-input, model=my-models>my-models-copy',
    otherwise: 'no bucket is looked at',
    essential: true,
    usedBy: { drill: { requiredUnless: 'second_region' } },
  },
  second_region: {
    kind: regionName,
    sentence:
      'Region that would have to take over. What it serves is compared with `region`: source, settings, secrets, model, privacy, and whether it can take the load.',
    example: 'europe-west4',
    otherwise: 'regions are not compared',
    usedBy: drill,
  },
  capacity_file: {
    kind: path('the path of a capacity file'),
    shown: 'plain',
    sentence:
      'File that `actions/capacity` wrote. With `needed_rate` it decides whether the second region can take the load. It counts only for the configuration that was measured.',
    example: 'capacity.json',
    otherwise: 'none; the second region has to take as many requests at a time as the first',
    usedBy: drill,
  },
  needed_rate: {
    kind: custom('requests a second, from 0.1 to 100000', parseDecimal(0.1, 100_000)),
    sentence: 'Requests a second that the second region has to take after a failover.',
    example: '40',
    otherwise: 'not judged by rate',
    usedBy: drill,
  },
  exercise: {
    kind: boolean,
    sentence:
      'Moves real traffic: takes `region` out of the load balancer, measures how long it takes until `second_region` alone answers, and puts it back. Only if the second region is alive, serves the same, and is measured to take `needed_rate`.',
    example: 'true',
    default: 'false',
    usedBy: drill,
  },
  backend_service: {
    kind: text({
      pattern: /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/,
      expected: 'the name of a global backend service',
      shown: 'plain',
    }),
    sentence:
      'Global backend service of the load balancer, with a serverless group in each of the two regions. An exercise changes it, and puts back what an earlier one left. Without an exercise, what one left is told.',
    example: 'ocr-backend',
    otherwise: 'no load balancer is looked at',
    usedBy: drill,
  },
  exercise_wait: {
    kind: duration('1m', '30m'),
    sentence: 'How long an exercise waits until the traffic has moved, and as long until it is back.',
    example: '10m',
    default: '5m',
    usedBy: drill,
  },
  rpo: {
    kind: duration('0s', '366d'),
    sentence:
      'Recovery point objective: how much of the newest data may be missing after a restore. A drill that measures more fails.',
    example: '15m',
    otherwise: 'none; it is measured and not judged',
    usedBy: drill,
  },
  rto: {
    kind: duration('1s', '30d'),
    sentence:
      'Recovery time objective: how long the restore of the objects of a drill may take, from the loss to the last byte that is compared, and how long a failover. A drill that measures more fails.',
    example: '5m',
    otherwise: 'none; it is measured and not judged',
    usedBy: drill,
  },
  recovery_window: {
    kind: duration('1h', '3650d'),
    sentence: 'For how long deleted data has to stay recoverable.',
    example: '30d',
    default: '7d',
    usedBy: drill,
  },
  canaries: {
    kind: integer(1, 100),
    sentence: 'How many objects a restore writes, deletes and brings back in each bucket.',
    example: '20',
    default: '5',
    usedBy: drill,
  },
  canary_kib: {
    kind: integer(1, 32_768),
    sentence: 'Size of each of these objects in KiB.',
    example: '1024',
    default: '256',
    usedBy: drill,
  },
  drill_prefix: {
    kind: text({
      pattern: /^[a-z0-9][a-z0-9._-]*(\/[a-z0-9][a-z0-9._-]*)*\/$/,
      expected: `a folder such as ${slug}-drill/, with a slash at its end`,
      maxLength: 200,
      shown: 'plain',
    }),
    sentence:
      'Folder in each bucket in which a drill writes. If objects of the bucket start a function, give the trigger a filter that leaves this folder out.',
    example: 'drills/',
    default: `${slug}-drill/`,
    usedBy: drill,
  },
  results_bucket: {
    kind: bucketName,
    sentence:
      'Bucket that keeps the result of every drill, from which the summary shows the trend. Results are never removed.',
    example: 'my-drill-results',
    otherwise: 'the first of `drill_buckets`',
    usedBy: drill,
  },
  copy_wait: {
    kind: duration('1s', '6h'),
    sentence: 'How long a restore waits for its objects to arrive in the copy.',
    example: '30m',
    default: '15m',
    usedBy: drill,
  },
});
