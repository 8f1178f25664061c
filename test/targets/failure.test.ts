import { expect, test } from '@jest/globals';
import { explain } from '../../src/domain/causes/explain.ts';
import type { DeployRequest } from '../../src/steps/deploy/ports.ts';
import type { FunctionOperation } from '../../src/steps/ports/functions.ts';
import { operationFailure } from '../../src/targets/failure.ts';

const builds = 'projects/p/locations/l/builds/4f8c2f0e-1d0d-4f44-9f5e-6d3f0c1b2a39';
const messages = {
  BUILD: 'Build failed with status: FAILURE and message: the build step failed.',
  SERVICE:
    "Could not create or update Cloud Run service ocr, Container Healthcheck failed. Revision 'ocr-00002-abc' is not ready and cannot serve traffic. The user-provided container failed to start and listen on the port defined provided by the PORT=8080 environment variable.",
};

/** The failure of a function whose revision wrote these lines and did not start. */
async function fail(
  lines: string[],
  cleanLine: ((line: string) => string) | undefined,
  stage: 'BUILD' | 'SERVICE' = 'SERVICE',
) {
  const printed: string[] = [];
  const error = await operationFailure(
    {
      buildLogs: { tail: async () => ({ lines }), revision: async () => ({ lines }) },
      cleanLine,
      log: { detail: (_: string, details: string[]) => printed.push(...details) } as never,
    },
    {
      project: 'p',
      region: 'l',
      name: 'ocr',
      settings: new Map(),
      sourceDir: '.',
    } as unknown as DeployRequest,
    {
      ...{
        name: 'projects/p/locations/l/operations/o',
        done: true,
        error: { code: 3, message: messages[stage] },
      },
      stages: [{ name: stage, state: 'IN_PROGRESS', message: '', messages: [], resource: builds }],
    } as unknown as FunctionOperation,
  );
  const cause = error.facts && explain(error.facts);
  const shown = [error.message, error.why, error.fix, cause?.why, cause?.fix, ...printed].join('\n');
  return { shown, cause };
}

test('where everybody can read the run, no word that a container wrote is shown, and the cause is still found', async () => {
  for (const [line, cause] of [
    ["Error: Cannot find module 'flamingo'", 'module-missing'],
    ["ModuleNotFoundError: No module named 'flamingo'", 'module-missing'],
    ["Function 'flamingo' is not defined in the provided module.", undefined],
    ['flamingo of minsu.kim@example.com', undefined],
  ] as const) {
    const found = await fail([line, 'at flamingo (/workspace/flamingo.js:1:2)'], undefined);
    expect(found.shown).not.toMatch(/flamingo|minsu/);
    expect(found.shown).toContain('Its log is not shown');
    if (cause) expect(found.cause?.id).toBe(cause);
  }
});

test('where messages are shown, they are cleaned before they are cut', async () => {
  const clean = (line: string) => line.replaceAll('open sesame', '***');
  const { shown } = await fail([`${'x'.repeat(295)} open sesame`, 'second'], clean);
  expect(shown).toContain('Its log ends: ');
  expect(shown).toContain('second');
  expect(shown).not.toContain('open');
});

test('what a package manager printed is cleaned, and still tells the cause', async () => {
  const { shown, cause } = await fail(
    [
      'Looking in indexes: https://deployer:hunter2hunter2@pypi.example.com/simple',
      'ERROR: Could not find a version that satisfies the requirement flamingo==9.9',
      'asked by minsu.kim@example.com',
    ],
    undefined,
    'BUILD',
  );
  expect(shown).toContain('The build log ends: ');
  expect(shown).toContain('flamingo');
  expect(shown).not.toMatch(/hunter2|minsu/);
  expect(cause?.id).toBe('package-missing');
});
