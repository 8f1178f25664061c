import { execFileSync } from 'node:child_process';
import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import {
  beforeTag,
  candidateTag,
  isOwnAgent,
  recordAnnotation,
  repository,
  schemaUrl,
  sloFile,
  slug,
  suiteFile,
  suiteSchemaFile,
  userAgent,
  version,
} from '../src/domain/product.ts';
import { maxServiceName } from '../src/domain/traffic/traffic.ts';

const root = join(import.meta.dirname, '..');
const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' })
  .split('\0')
  .filter((file) => file !== '' && lstatSync(join(root, file), { throwIfNoEntry: false })?.isFile());
const read = (file: string) => readFileSync(join(root, file), 'utf8');

/** Lines of code, without the lines that are only a comment. */
const codeLines = (file: string) =>
  read(file)
    .split('\n')
    .map((line, index) => ({ line, at: `${file}:${index + 1}` }))
    .filter(({ line }) => !/^\s*(\/\/|\/?\*)/.test(line));

describe('the name', () => {
  test('is spelled in one file of src', () => {
    const spelled = tracked
      .filter((file) => /^src\/.*\.ts$/.test(file) && file !== 'src/domain/product.ts')
      .flatMap(codeLines)
      .filter(({ line }) => /backstay|['"`]bs-[cb]\b/i.test(line))
      .map(({ line, at }) => `${at} ${line.trim()}`);
    expect(spelled).toEqual([]);
  });

  test('is the same in every derived name', () => {
    expect({ recordAnnotation, candidateTag, beforeTag, suiteFile, sloFile, repository }).toEqual({
      recordAnnotation: 'backstay/record',
      candidateTag: 'bs-c',
      beforeTag: 'bs-b',
      suiteFile: 'backstay.smoke.yaml',
      sloFile: 'backstay.slo.yaml',
      repository: 'backstay-release/backstay',
    });
    expect(schemaUrl(suiteSchemaFile)).toBe(JSON.parse(read(`schemas/${suiteSchemaFile}`)).$id);
  });

  test('marks the requests of these actions, and no others', () => {
    expect(isOwnAgent(userAgent('7'))).toBe(true);
    expect(isOwnAgent(userAgent('7', 'smoke-test'))).toBe(true);
    expect(isOwnAgent(`${slug}ed/1`)).toBe(false);
    expect(isOwnAgent('curl/8')).toBe(false);
  });

  test('leaves no trace of the name that the product had before', () => {
    const old = new RegExp(`${'guarded'}[-_ ]?${'release'}|['"\`\\s]${'gr'}-[cb]['"\`\\s]`, 'i');
    const traces = tracked
      .filter((file) => !file.startsWith('dist/'))
      .filter((file) => old.test(file) || old.test(read(file)));
    expect(traces).toEqual([]);
  });
});

test('the version is that of package.json', () => {
  expect(version).toBe(JSON.parse(read('package.json')).version);
});

test('tag and service name together have at most 46 characters', () => {
  expect(maxServiceName + Math.max(candidateTag.length, beforeTag.length)).toBeLessThanOrEqual(46);
});
