import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Sandbox } from '../../../sandbox/index.ts';

/** One request of a client, in the order in which it came, and what the sandbox answered. */
export interface Line {
  client: string;
  api: string;
  method: string;
  path: string;
  /** The region that gcloud put before the host. */
  region?: string;
  headers: Record<string, string>;
  /** JSON, or the bytes of anything else. */
  body?: unknown;
  bytes?: string;
  status: number;
  reply: unknown;
}

const kept = ['accept', 'content-type', 'content-range', 'user-agent', 'x-upload-content-type'];

/** Without what gcloud says about the machine. */
const short = (value: string) => value.replace(/ invocation-id\/.*$/, '');

async function bytesOf(stream: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** A proxy between a client and the sandbox that writes down what passes. gcloud sends everything through the proxy of its settings. */
export class Recorder {
  readonly lines: Line[] = [];
  /** Whose requests come now. */
  client = '';
  readonly #sandbox: Sandbox;
  readonly #server = createServer((incoming, outgoing) => {
    this.#pass(incoming, outgoing).catch((error: unknown) => {
      console.error(`recorder: ${String(error)}`);
      outgoing.destroy();
    });
  });

  constructor(sandbox: Sandbox) {
    this.#sandbox = sandbox;
  }

  async start(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return (this.#server.address() as AddressInfo).port;
  }

  stop(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  async #pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await bytesOf(incoming);
    const port = String(this.#sandbox.env.CLOUDSDK_PROXY_PORT);
    const onward = request({
      ...{ host: '127.0.0.1', port, path: incoming.url, method: incoming.method, headers: incoming.headers },
    });
    onward.end(body);
    const answer = await new Promise<IncomingMessage>((resolve, reject) =>
      onward.on('response', resolve).on('error', reject),
    );
    const reply = await bytesOf(answer);
    this.#note(incoming, body, answer.statusCode ?? 0, reply);
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    outgoing.end(reply);
  }

  #note(incoming: IncomingMessage, body: Buffer, status: number, reply: Buffer): void {
    // The region before the host makes it no name that a URL may have.
    const [, region, port, path = ''] =
      /^http:\/\/(?:([a-z]+-[a-z]+\d+)-)?[^/]*:(\d+)(\/.*)$/.exec(incoming.url ?? '') ?? [];
    const api = [...this.#sandbox.world.urls].find(([, base]) => new URL(base).port === port)?.[0] ?? '?';
    const given = incoming.headers;
    const json = parsed(body);
    this.lines.push({
      client: this.client,
      api,
      method: incoming.method ?? '',
      path,
      ...(region === undefined ? {} : { region }),
      headers: {
        ...(given.authorization ? { authorization: 'Bearer <token>' } : {}),
        ...Object.fromEntries(
          kept.flatMap((name) => (given[name] ? [[name, short(String(given[name]))]] : [])),
        ),
      },
      ...(body.length === 0 ? {} : json === undefined ? { bytes: body.toString('base64') } : { body: json }),
      status,
      reply: parsed(reply) ?? null,
    });
  }
}
