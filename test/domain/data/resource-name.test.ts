import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  encodeName,
  functionPath,
  functionPattern,
  likelyService,
  locationOf,
  parseName,
  revisionPattern,
  servicePath,
  shortName,
} from '../../../src/domain/data/resource-name.ts';

const name = fc.stringMatching(/^[a-z][-a-z0-9]{0,30}[a-z0-9]$/);
const located = fc.record({ project: name, region: name, name });

describe('names of resources', () => {
  test.each([
    ['projects/p/locations/l/functions/f', { project: 'p', region: 'l', name: 'f' }],
    ['projects/p/locations/l/services/s', { project: 'p', region: 'l', name: 's' }],
    ['projects/p/locations/l/services/s/revisions/r', { project: 'p', region: 'l', name: 'r' }],
    ['projects/p/locations/l', { project: 'p', region: 'l', name: 'l' }],
    ['projects/example.com:p', { project: 'example.com:p', region: undefined, name: 'example.com:p' }],
    ['folders/1', { project: undefined, region: undefined, name: '1' }],
    ['f', { project: undefined, region: undefined, name: 'f' }],
    ['', { project: undefined, region: undefined, name: '' }],
  ])('parts of %j', (resource, parts) => {
    expect(parseName(resource)).toEqual(parts);
  });

  test.each([functionPath, servicePath])('a name that was written can be read again', (format) => {
    fc.assert(
      fc.property(located, (place) => {
        expect(parseName(format(place))).toEqual(place);
        expect(shortName(format(place))).toBe(place.name);
        expect(locationOf(format(place))).toBe(`projects/${place.project}/locations/${place.region}`);
      }),
    );
  });

  test('an encoded name has the same parts, and no character that a URL would read differently', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme', minLength: 1 }).filter((part) => !part.includes('/'))),
        (parts) => {
          const encoded = encodeName(parts.join('/'));
          expect(encoded).toMatch(/^[\w.!~*'()%/-]*$/);
          expect(encoded.split('/').map(decodeURIComponent)).toEqual(parts.length === 0 ? [''] : parts);
        },
      ),
    );
  });

  test('every function name leads to a service whose name Cloud Run accepts', () => {
    fc.assert(
      fc.property(fc.stringMatching(functionPattern), (text) => {
        expect(likelyService(text)).toMatch(/^[a-z]([a-z0-9-]{0,62})$/);
        expect(shortName(text)).toBe(text);
      }),
    );
  });

  test.each([
    ['ocr', true, true],
    ['ocr_api', true, false],
    ['1ocr', false, true],
    ['ocr-', false, true],
    ['Ocr', true, false],
    ['getLatestID', true, false],
    ['Ocr_', false, false],
    ['', false, false],
    ['a'.repeat(63), true, true],
    ['a'.repeat(64), false, false],
  ])('%j: function %p, revision %p', (text, isFunction, isRevision) => {
    expect(functionPattern.test(text)).toBe(isFunction);
    expect(revisionPattern.test(text)).toBe(isRevision);
  });
});
