import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { foreignTool } from '../../../support/find-program.ts';

/** Servers that answer the query API of Prometheus, under the names of their programs. */
export const servers = [
  { program: 'prometheus', install: 'apt-get install prometheus' },
  { program: 'victoria-metrics', install: 'apt-get install victoria-metrics' },
] as const;

type Program = (typeof servers)[number]['program'];

interface Place {
  config: string;
  data: string;
  address: string;
}

const argumentsOf: Record<Program, (place: Place) => string[]> = {
  prometheus: ({ config, data, address }) => [
    `--config.file=${config}`,
    `--storage.tsdb.path=${data}`,
    `--web.listen-address=${address}`,
  ],
  // It hides the newest 30 s from queries unless it is told otherwise.
  'victoria-metrics': ({ config, data, address }) => [
    `-promscrape.config=${config}`,
    `-storageDataPath=${data}`,
    `-httpListenAddr=${address}`,
    '-search.latencyOffset=1s',
    '-memory.allowedPercent=5',
  ],
};

export interface RealServer {
  url: string;
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const socket = createServer();
  await new Promise<void>((resolve) => socket.listen(0, '127.0.0.1', resolve));
  const { port } = socket.address() as AddressInfo;
  await new Promise((resolve) => socket.close(resolve));
  return port;
}

/** Starts a server that scrapes one target. Another program may take the port first, so it tries three. */
export async function startServer(program: Program, target: string, interval: string): Promise<RealServer> {
  const folder = mkdtempSync(join(tmpdir(), 'bs-prometheus-'));
  const config = join(folder, 'scrape.yml');
  const scrape = { job_name: 'ocr', static_configs: [{ targets: [target] }] };
  const global = { scrape_interval: interval, scrape_timeout: '400ms' };
  writeFileSync(config, JSON.stringify({ global, scrape_configs: [scrape] }));
  let log = '';
  for (let attempt = 1; attempt <= 3; attempt++) {
    const address = `127.0.0.1:${await freePort()}`;
    const place = { config, data: join(folder, `data-${attempt}`), address };
    const child = spawn(foreignTool(program) ?? program, argumentsOf[program](place), {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child.stderr.on('data', (text) => {
      log = `${log}${text}`.slice(-2000);
    });
    if (await isReady(`http://${address}`, child))
      return {
        url: `http://${address}`,
        async stop() {
          await ended(child);
          rmSync(folder, { recursive: true, force: true });
        },
      };
    await ended(child);
  }
  rmSync(folder, { recursive: true, force: true });
  throw new Error(`${program} did not start: ${log}`);
}

async function isReady(url: string, child: ChildProcess): Promise<boolean> {
  for (const end = Date.now() + 100_000; Date.now() < end && child.exitCode === null; ) {
    const ready = await fetch(`${url}/api/v1/query?query=1`).catch(() => undefined);
    if (ready?.ok) return true;
    await delay(100);
  }
  return false;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await exited;
}
