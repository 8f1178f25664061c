import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import {
  type CapacityFile,
  capacityJsonSchema,
  readCapacityFile,
} from '../../../src/domain/capacity/file.ts';

const good: CapacityFile = {
  schema: 'backstay/capacity/v1',
  service: 'ocr',
  region: 'europe-west1',
  image: `europe-docker.pkg.dev/p/r/ocr@sha256:${'a'.repeat(64)}`,
  revision: 'ocr-00012-abc',
  measured_at: '2026-11-30T12:00:00.000Z',
  settings: { cpu: 2, memory_mib: 2048, concurrency: 4, instances: 3 },
  objective: { quantile: 0.95, limit_ms: 3000 },
  requests_per_second: 5,
  concurrency: 12,
  p95_ms: 1834,
  calls: 160,
  misses: 1,
  confidence: 0.95,
};

describe('a capacity file', () => {
  test('is read as it was written', () =>
    expect(readCapacityFile(JSON.stringify(good))).toEqual({ file: good }));

  test.each([
    ['{', 'is not JSON'],
    ['null', 'is not a capacity file: the whole'],
    [JSON.stringify({ ...good, image: 'ocr:latest' }), 'is not a capacity file: image'],
    [JSON.stringify({ ...good, measured_at: 'yesterday' }), 'is not a capacity file: measured_at'],
    [JSON.stringify({ ...good, requests_per_second: -1 }), 'is not a capacity file: requests_per_second'],
    [JSON.stringify({ ...good, surprise: 1 }), 'is not a capacity file'],
    [JSON.stringify({ ...good, misses: 161 }), 'has more misses than calls'],
  ])('%.30s is refused', (text, problem) => {
    const read = readCapacityFile(text);
    expect('problem' in read && read.problem).toContain(problem);
  });

  test('the schema for editors is that of the reader', () => {
    const path = join(import.meta.dirname, '../../../schemas/backstay.capacity.json');
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(capacityJsonSchema());
  });
});
