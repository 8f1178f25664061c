import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type Client, inline, openSandbox } from '../sandbox/support/client.ts';
import { node20 } from '../support/node-20.ts';
import { runCli } from '../support/run-cli.ts';

/** The verbs of the command line on Node 20, which it promises. It runs the bundle, because Node 20 reads no TypeScript. */

jest.setTimeout(300_000);

const node = process.env.BACKSTAY_FROM_SOURCE ? undefined : node20();
if (!node)
  console.warn(
    'Skipped: the verbs on Node 20. There is none; set NODE20 to its path, as .ci/run installs one.',
  );

(node ? describe : describe.skip)('on Node 20', () => {
  let client: Client;
  let folder: string;
  const run = (argv: string[]) => {
    const {
      ACTIONS_ID_TOKEN_REQUEST_URL: _,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: __,
      ...env
    } = client.sandbox.env;
    return runCli(argv, {
      node: node as string,
      cwd: folder,
      env: { ...env, GH_TOKEN: 'x' },
      timeoutMs: 120_000,
    });
  };
  const place = () => [
    '--project',
    client.sandbox.project,
    '--region',
    client.sandbox.region,
    '--name',
    'ocr',
  ];

  beforeAll(async () => {
    client = await openSandbox({});
    await client.deploy('ocr', inline(200));
    folder = mkdtempSync(join(tmpdir(), 'bs-node20-'));
    execFileSync('git', ['init', '-q'], { cwd: folder });
    execFileSync('git', ['remote', 'add', 'origin', 'https://github.com/acme/ocr.git'], { cwd: folder });
    writeFileSync(join(folder, 'package.json'), '{"name":"ocr"}');
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await client.sandbox.stop();
  });

  test('help', async () => {
    const { code, out, err } = await run(['help']);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('conformance');
  });

  test('check', async () => {
    writeFileSync(join(folder, 'deploy.sh'), 'gcloud run deploy ocr --allow-unauthenticated\n');
    const { code, out } = await run(['check', '--json']);
    rmSync(join(folder, 'deploy.sh'));
    expect([code, JSON.parse(out).findings.length > 0]).toEqual([1, true]);
  });

  test('init --print', async () => {
    const { code, out, err } = await run(['init', ...place(), '--print', 'gcloud']);
    // The deployer may not read everything, which is what 2 says.
    expect([code, err]).toEqual([2, expect.not.stringMatching(/error:|SyntaxError/)]);
    expect(out).toMatch(/^gcloud iam /m);
  });

  test('doctor and status', async () => {
    const examined = await run(['doctor', ...place(), '--json']);
    expect(JSON.parse(examined.out).evidence.doctor.checks).toHaveLength(7);
    const shown = await run(['status', ...place()]);
    expect([shown.code, shown.out]).toEqual([0, expect.stringContaining('ocr-00001')]);
  });

  test('conformance against the sandbox', async () => {
    const { control, project, region } = client.sandbox;
    const where = ['--against', control, '--project', project, '--region', region, '--out', folder];
    const ran = await run([
      'conformance',
      ...where,
      '--journal',
      join(folder, 'journal.json'),
      '--only',
      'service',
      '--json',
    ]);
    expect([ran.code, ran.code ? ran.err : '']).toEqual([0, '']);
    expect(JSON.parse(ran.out)).toMatchObject({ schema: 'backstay/conformance/v1', left: [] });
  });
});
