import { expect, test } from '@jest/globals';
import type { PreflightSources } from '../../../src/steps/ports/preflight.ts';
import { regionsElsewhere } from '../../../src/steps/preflight/elsewhere.ts';

const place = { project: 'p', region: 'here', name: 'ocr' };
const kinds = ['function', 'run-function', 'run-image', undefined] as const;

/** Answers with the regions of functions and of services. */
const sources = (functions: string[], services: string[]) => {
  const regionsOf: PreflightSources['regionsOf'] = async (_project, _name, what) => ({
    ok: true,
    value: what === 'function' ? functions : services,
    call: what,
  });
  return { regionsOf } as PreflightSources;
};

test.each(kinds)('what has the name in the region itself is not elsewhere: %s', async (kind) => {
  expect(await regionsElsewhere(sources(['here'], ['here']), place, kind, undefined)).toMatchObject({
    value: [],
  });
});

test('a kind looks at its own resources, and no kind at both', async () => {
  const world = sources(['here', 'there'], ['here', 'far']);
  const found = await Promise.all(
    kinds.map(async (kind) => {
      const reading = await regionsElsewhere(world, place, kind, undefined);
      return reading.ok ? reading.value : reading.cause;
    }),
  );
  expect(found).toEqual([['there'], ['far'], ['far'], ['there', 'far']]);
});
