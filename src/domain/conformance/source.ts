import { slug } from '../product.ts';

/** How long the throw-away function takes for `/slow`, in milliseconds. */
export const slowMs = 6000;

const works = (
  version: string,
) => `// A throw-away function of ${slug} conformance, version ${version}. It answers a fixed text.
const functions = require('@google-cloud/functions-framework');
functions.http('probe', (request, response) => {
  setTimeout(() => response.send('conformance ${version}'), request.path === '/slow' ? ${slowMs} : 0);
});
`;

/** The source of the throw-away function. The broken one ends before it listens. */
export function sourceOf(version: 'first' | 'second' | 'broken'): Record<string, string> {
  return {
    'index.js': version === 'broken' ? "throw new Error('This version cannot start.');\n" : works(version),
    'package.json': `${JSON.stringify(
      {
        name: 'conformance',
        version: '1.0.0',
        private: true,
        main: 'index.js',
        dependencies: { '@google-cloud/functions-framework': '^5.0.0' },
      },
      null,
      2,
    )}\n`,
  };
}

/** The same for the sandbox, which then needs no process for it. */
export function inlineSource(
  version: 'first' | 'second' | 'broken',
  latencyMs: number,
): Record<string, string> {
  const spec =
    version === 'broken'
      ? { startFails: 'The user-provided container ended before it listened.' }
      : {
          responses: [
            { path: '/slow', status: 200, body: 'slow', latencyMs, share: 1 },
            { status: 200, body: `conformance ${version}` },
          ],
          maxConcurrency: 1,
        };
  return { ...sourceOf(version), 'sandbox.json': JSON.stringify(spec) };
}
