import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Client, inline, openSandbox } from '../sandbox/support/client.ts';
import { cliArgv, runCli } from '../support/run-cli.ts';

/** The command line as a process under a pseudo-terminal: colours only where a terminal shows them. */

const pty = join(import.meta.dirname, '../support/pseudo_terminal.py');
const hasPty = spawnSync('python3', ['-c', 'import pty, termios']).status === 0;
const onTerminal = hasPty ? describe : describe.skip;

let client: Client;
let folder: string;
beforeAll(async () => {
  client = await openSandbox({});
  await client.deploy('ocr', inline(200, { text: 'ok' }));
  folder = mkdtempSync(join(tmpdir(), 'bs-pty-'));
}, 300_000);
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await client.sandbox.stop();
});

const env = (more: Record<string, string>) => ({
  PATH: process.env.PATH ?? '',
  HOME: folder,
  ...Object.fromEntries(
    Object.entries(client.sandbox.env).filter(([name]) => !name.startsWith('ACTIONS_ID_TOKEN')),
  ),
  ...more,
});

/** Runs a program whose three streams are a terminal. */
async function inTerminal(
  program: readonly string[],
  more: Record<string, string>,
  columns = 80,
): Promise<{ code: number; text: string }> {
  const child = spawn('python3', [pty, String(columns), ...program], {
    cwd: folder,
    env: env(more),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    out += part;
  });
  await new Promise((resolve) => child.on('close', resolve));
  const [code, text = ''] = out.trim().split(' ');
  if (!code) throw new Error('The pseudo-terminal did not start.');
  return { code: Number(code), text: Buffer.from(text, 'base64').toString('utf8').replaceAll('\r\n', '\n') };
}

const command = (...argv: string[]) => [process.execPath, ...cliArgv(), ...argv];
/** The same in a shell: `> FILE` or `2> FILE` behind it. */
const inShell = (argv: readonly string[], redirection: string) => [
  'sh',
  '-c',
  `${command(...argv)
    .map((word) => `'${word}'`)
    .join(' ')} ${redirection}`,
];
const status = ['status', '--project', 'sandbox-project', '--name', 'ocr'];
const escapes = (text: string) => text.match(/\u001b[^a-zA-Z]*[a-zA-Z]?/g) ?? [];
const plain = (text: string) => text.replace(/\u001b\[\d+m/g, '');
/** How old a revision is changes between two runs. */
const ageless = (text: string) => text.replace(/[\d.]+ (?:s|min) old/g, 'old');

onTerminal('a terminal', () => {
  test('gets colours, none of them around nothing, and the words of a pipe', async () => {
    const [shown, piped] = await Promise.all([
      inTerminal(command(...status), { TERM: 'xterm-256color' }),
      runCli(status, { cwd: folder, env: env({ COLUMNS: '80' }) }),
    ]);
    expect([shown.code, piped.code]).toEqual([0, 0]);
    expect(escapes(shown.text).length).toBeGreaterThan(5);
    // On and off again with nothing between.
    expect(shown.text).not.toMatch(/\u001b\[(?:1|2|3\d)m\u001b\[(?:22|39)m/);
    expect(escapes(piped.out)).toEqual([]);
    expect(plain(shown.text)).toContain(ageless(piped.out).split('\n')[0]);
    expect(ageless(plain(shown.text))).toContain(ageless(piped.out).trim());
  });

  test.each([
    ['NO_COLOR', { TERM: 'xterm-256color', NO_COLOR: '1' }],
    ['TERM=dumb', { TERM: 'dumb' }],
    ['TERM=dumb and a width that is not known', { TERM: 'dumb' }, 0],
  ] as const)('with %s gets no code at all, and lines that fit', async (_, more, columns: number = 80) => {
    const [shown, failed] = await Promise.all([
      inTerminal(command(...status), more, columns),
      inTerminal(command('status', '--project', 'sandbox-project', '--name', 'none'), more, columns),
    ]);
    expect([shown.code, failed.code]).toEqual([0, 2]);
    expect(escapes(shown.text)).toEqual([]);
    expect(escapes(failed.text)).toEqual([]);
    // The flags of the command line, not the inputs of an action.
    expect(failed.text.replace(/\s+/g, ' ')).toContain('Correct --name, --region or --project.');
    // The log on standard error is one line a message.
    const result = await inTerminal(inShell(status, '2> log.txt'), more, columns);
    const words = result.text.split('\n').filter((line) => !/https?:/.test(line));
    expect(Math.max(...words.map((line) => line.length))).toBeGreaterThan(50);
    expect(Math.max(...words.map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  test('whose standard output goes to a file keeps the codes out of the file', async () => {
    const file = join(folder, 'out.txt');
    const ran = await inTerminal(inShell(status, '> out.txt'), { TERM: 'xterm-256color' });
    expect(ran.code).toBe(0);
    expect(readFileSync(file, 'utf8')).toContain('ocr');
    expect(escapes(readFileSync(file, 'utf8'))).toEqual([]);
  });

  test('--json is data, also on a terminal', async () => {
    const ran = await inTerminal(inShell([...status, '--json'], '2> log.txt'), { TERM: 'xterm-256color' });
    expect(JSON.parse(ran.text)).toMatchObject({ name: 'ocr' });
  });
});
