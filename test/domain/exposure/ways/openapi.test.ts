import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { judge } from '../../../../src/domain/exposure/judge.ts';
import { operationsTo } from '../../../../src/domain/exposure/ways/openapi.ts';
import { factsWith, read } from '../../../support/exposure-facts.ts';

describe('gateway documents', () => {
  const urls = ['https://ocr.a.run.app'];
  const backend = { 'x-google-backend': { address: 'https://ocr.a.run.app/x' } };

  test('an operation without security is open, and `security: []` makes it open', () => {
    const document = {
      swagger: '2.0',
      securityDefinitions: { key: { type: 'apiKey' } },
      security: [{ key: [] }],
      paths: {
        '/a': { get: { ...backend }, post: { ...backend, security: [] } },
        '/b': { ...backend, put: {} },
        '/c': { get: {} },
      },
    };
    expect(operationsTo(JSON.stringify(document), urls)).toEqual([
      { name: 'GET /a', open: false },
      { name: 'POST /a', open: true },
      { name: 'PUT /b', open: false },
    ]);
  });

  test('a browser may ask about a closed operation, and about nothing else', () => {
    const open = { ...backend, security: [] };
    const document = {
      swagger: '2.0',
      securityDefinitions: { key: { type: 'apiKey' } },
      security: [{ key: [] }],
      paths: { '/a': { post: { ...backend }, options: open }, '/b': { options: open } },
    };
    expect(operationsTo(JSON.stringify(document), urls)).toEqual([
      { name: 'POST /a', open: false },
      { name: 'OPTIONS /a', open: false },
      { name: 'OPTIONS /b', open: true },
    ]);
  });

  test('a backend that OpenAPI 3 names, a path by reference, and paths that nobody lists', () => {
    const document = {
      openapi: '3.0.4',
      'x-google-api-management': { backends: { ocr: { address: 'https://ocr.a.run.app' } } },
      'x-google-backend': 'ocr',
      'x-google-allow': 'all',
      security: [{ key: [] }],
      components: { securitySchemes: { key: { type: 'apiKey' } } },
      'x-shared': { open: { get: { security: [{}] } } },
      paths: { '/a': { get: {} }, '/b': { $ref: '#/x-shared/open' } },
    };
    expect(operationsTo(JSON.stringify(document), urls)).toEqual([
      { name: 'GET /a', open: false },
      { name: 'GET /b', open: true },
      { name: 'every path that the document does not list', open: true },
    ]);
  });

  test('a document that is not understood as a whole counts as not read', () => {
    expect(operationsTo('a: &a [*a]', urls)).toBeUndefined();
    expect(operationsTo("swagger: '2.0'\npaths: { /a: { $ref: other.yaml } }", urls)).toBeUndefined();
    fc.assert(
      fc.property(fc.string(), (text) => operationsTo(text, urls) === undefined),
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
