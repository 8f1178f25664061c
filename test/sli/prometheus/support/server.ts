import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, createServer as createSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export const found =
  spawnSync('prometheus', ['--version']).status === 0 && spawnSync('promtool', ['--version']).status === 0;

export interface Point {
  /** Seconds since the epoch. */
  at: number;
  value: number;
}
export interface PastSeries {
  labels: Record<string, string>;
  points: Point[];
}

const lineOf = ({ __name__: name, ...labels }: Record<string, string>, { at, value }: Point) =>
  `${name}{${Object.entries(labels).map(([label, text]) => `${label}=${JSON.stringify(text)}`)}} ${value} ${at}`;

export interface PastServer {
  url: string;
  stop(): Promise<void>;
}

/** Starts a Prometheus that has these series and scrapes nothing. */
export async function startWithPast(series: readonly PastSeries[]): Promise<PastServer> {
  const folder = mkdtempSync(join(tmpdir(), 'bs-prometheus-past-'));
  const sorted = [...series].sort((a, b) => ((a.labels.__name__ ?? '') < (b.labels.__name__ ?? '') ? -1 : 1));
  const lines = sorted.flatMap(({ labels, points }) => points.map((point) => lineOf(labels, point)));
  writeFileSync(join(folder, 'past.om'), `${lines.join('\n')}\n# EOF\n`);
  writeFileSync(join(folder, 'prometheus.yml'), '{}');
  const data = join(folder, 'data');
  const made = spawnSync('promtool', [
    'tsdb',
    'create-blocks-from',
    'openmetrics',
    join(folder, 'past.om'),
    data,
  ]);
  if (made.status !== 0) throw new Error(`promtool: ${made.stderr}`);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child: ChildProcess = spawn(
    'prometheus',
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${data}`,
      '--storage.tsdb.retention.time=10y',
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: 'ignore' },
  );
  for (const end = Date.now() + 100_000; ; ) {
    const ready = await fetch(`${url}/-/ready`).catch(() => undefined);
    if (ready?.ok) break;
    if (Date.now() > end) throw new Error('Prometheus did not start.');
    await delay(100);
  }
  return {
    url,
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const socket = createSocket();
  await new Promise<void>((resolve) => socket.listen(0, '127.0.0.1', resolve));
  const { port } = socket.address() as AddressInfo;
  await new Promise((resolve) => socket.close(resolve));
  return port;
}

/** The JSON of an answer, and the query that it answers. */
export interface Passing {
  query: string;
  /** Seconds since the epoch at which the query is evaluated. */
  time: number;
  body: { data?: { result?: { metric: Record<string, string>; values?: [number, string][] }[] } } & Record<
    string,
    unknown
  >;
}

/** A proxy in front of Prometheus that changes its answers. The path's first part names the cell whose change applies. */
export async function startProxy(
  target: string,
  changeOf: (cell: string) => ((passing: Passing) => object) | undefined,
): Promise<{ url: string; server: Server }> {
  const answer = async (request: IncomingMessage) => {
    const [, cell = '', rest = ''] = /^\/([^/]+)(\/.*)$/.exec(request.url ?? '') ?? [];
    const url = new URL(rest, target);
    const real = await fetch(url);
    const body = (await real.json()) as Passing['body'];
    const change = changeOf(cell);
    const passing = {
      query: url.searchParams.get('query') ?? '',
      time: Number(url.searchParams.get('time')),
      body,
    };
    return { status: real.status, body: change && url.pathname.endsWith('/query') ? change(passing) : body };
  };
  const server = createServer((request, response) => {
    void answer(request).then(({ status, body }) => {
      const refused = (body as { status?: string }).status === 'error';
      response.writeHead(refused && status === 200 ? 422 : status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}
