import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { judge } from '../../../../src/domain/exposure/judge.ts';
import { operationsTo } from '../../../../src/domain/exposure/ways/openapi.ts';
import { anything } from '../../../support/anything.ts';
import { factsWith, read } from '../../../support/exposure-facts.ts';

describe('gateway documents', () => {
  const urls = ['https://ocr.a.run.app'];
  const backend = { 'x-google-backend': { address: 'https://ocr.a.run.app/x' } };

  test('an operation without security is open, and `security: []` makes it open', () => {
    const document = {
      swagger: '2.0',
      security: [{ key: [] }],
      paths: {
        '/a': { get: { ...backend }, post: { ...backend, security: [] } },
        '/b': { ...backend, put: {} },
        '/c': { get: {} },
      },
    };
    expect(operationsTo(document, urls)).toEqual([
      { name: 'GET /a', open: false },
      { name: 'POST /a', open: true },
      { name: 'PUT /b', open: false },
    ]);
  });

  test('a hostile document has no operations and never throws', () => {
    fc.assert(
      fc.property(anything, (document) => Array.isArray(operationsTo(document, urls))),
      { numRuns: 500 },
    );
  });

  test('a gateway in trusted_principals is not a way in', () => {
    const gateways = read(
      [
        {
          name: 'projects/p/locations/l/gateways/g',
          host: 'h',
          openOperations: ['GET /'],
          totalOperations: 1,
        },
      ],
      'GET gateways',
    );
    expect(judge(factsWith({ more: { gateways }, trusted: ['gateway:g'] })).exposure).toBe('private');
  });
});
