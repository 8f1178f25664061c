import { expect, test } from '@jest/globals';
import { deadRevisionOf, failureTexts, type OperationSeen } from '../../../src/domain/deploy/failure.ts';

const message =
  "Could not create or update Cloud Run service ocr, Container Healthcheck failed. Revision 'ocr-00002-abc' is not ready and cannot serve traffic. The user-provided container failed to start and listen on the port defined provided by the PORT=8080 environment variable.";
const operation: OperationSeen = {
  name: 'projects/p/locations/l/operations/o',
  error: { code: 3, message },
  stages: [
    { name: 'BUILD', state: 'COMPLETE', message: '', messages: [] },
    {
      name: 'SERVICE',
      state: 'COMPLETE',
      message: '',
      messages: [{ severity: 'ERROR', type: 'CloudRunServiceError', message }],
    },
  ],
};

test('one sentence names a revision that did not start, with the line of the log that says why', () => {
  expect(deadRevisionOf(operation)).toBe('ocr-00002-abc');
  const lines = [
    'Error: The configuration is missing.',
    '    at Object.<anonymous> (/workspace/index.js:1:7)',
    '    ^',
    'Could not load the function, shutting down.',
  ];
  const texts = failureTexts(operation, { lines }, 'us-central1', 'ocr');
  expect(texts.what).toBe(
    'The revision ocr-00002-abc did not start: The user-provided container failed to start and listen on the port defined provided by the PORT=8080 environment variable.',
  );
  expect(texts.why).toBe(
    'Its log ends: Error: The configuration is missing. | Could not load the function, shutting down.',
  );
  expect(texts.commands[0]).toContain('--target=ocr');
  expect(texts.details[0]).toContain('Container Healthcheck failed');
});

test('an unreadable log is reported with its reason, and a failed build names no revision', () => {
  expect(
    failureTexts(
      operation,
      { lines: [], unreadable: 'the permission logging.logEntries.list is missing.' },
      'l',
    ).why,
  ).toBe('Its log could not be read: the permission logging.logEntries.list is missing.');
  const build: OperationSeen = {
    name: 'o',
    error: { code: 3, message: "Build failed in revision 'x-1'" },
    stages: [{ name: 'BUILD', state: 'IN_PROGRESS', message: '', messages: [] }],
  };
  expect(deadRevisionOf(build)).toBeUndefined();
});
