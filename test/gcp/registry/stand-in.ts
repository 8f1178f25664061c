import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { type Dialect, indexType, manifestType } from './dialects.ts';

/** A registry that others run, as its makers document it: the registry itself, its token service, and where its blobs lie. */

export const digestOf = (data: string | Buffer): string =>
  `sha256:${createHash('sha256').update(data).digest('hex')}`;

export interface Seen {
  /** `registry`, `auth` or `blobs`. */
  at: string;
  method: string;
  path: string;
  authorization: string | undefined;
}

export interface Options {
  /** Under what addresses the registry calls itself. Default: its own names, with https. */
  addresses?: 'names' | 'loopback';
  /** How many reads of manifests are left. A HEAD is no read. */
  left?: number;
  /** Sent with a 429. */
  retryAfter?: number;
  /** A cache on the way compresses what it passes on. */
  compressed?: boolean;
}

const limit = 100;
const windowSeconds = 21_600;

export class StandIn {
  readonly seen: Seen[] = [];
  readonly dialect: Dialect;
  readonly options: Options;
  readonly #servers: Record<string, Server> = {};
  readonly #manifests = new Map<string, { type: string; body: Buffer }>();
  readonly #tags = new Map<string, string>();
  readonly #blobs = new Map<string, Buffer>();
  readonly #private = new Set<string>();
  readonly #tokens = new Map<string, string>();
  #left: number;

  private constructor(dialect: Dialect, options: Options) {
    this.dialect = dialect;
    this.options = options;
    this.#left = options.left ?? limit;
  }

  static async start(dialect: Dialect, options: Options = {}): Promise<StandIn> {
    const made = new StandIn(dialect, options);
    const handlers = { registry: made.#registry, auth: made.#auth, blobs: made.#stored };
    for (const [name, handle] of Object.entries(handlers)) {
      const server = createServer((request, response) => {
        const { method = '', url = '' } = request;
        made.seen.push({ at: name, method, path: url, authorization: request.headers.authorization });
        handle.call(made, request, response);
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      made.#servers[name] = server;
    }
    return made;
  }

  async stop(): Promise<void> {
    for (const server of Object.values(this.#servers)) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  /** `127.0.0.1:PORT` of one of the servers. */
  at(name: 'registry' | 'auth' | 'blobs'): string {
    const address = this.#servers[name]?.address() as AddressInfo;
    return `127.0.0.1:${address.port}`;
  }

  /** As a resolver of names would: the address on this machine of a URL under the registry's own names. */
  route(url: string): string {
    const { host, pathname, search } = new URL(url);
    const { auth, token, host: registry } = this.dialect;
    const isToken = host === auth && pathname === token;
    if (isToken) return `http://${this.at('auth')}${pathname}${search}`;
    if (host === registry) return `http://${this.at('registry')}${pathname}${search}`;
    if (host === 'blobs.example') return `http://${this.at('blobs')}${pathname}${search}`;
    throw new Error(`nothing is known at ${host}`);
  }

  /** Keeps an image for some platforms, and returns the digest under its tag: of the index if there are several. */
  add(repository: string, tag: string, platforms: readonly string[], type: string = indexType): string {
    const one = platforms.map((platform) => {
      const [os = '', architecture = ''] = platform.split('/');
      const config = Buffer.from(
        JSON.stringify({ os, architecture, rootfs: { type: 'layers', diff_ids: [] } }),
      );
      this.#blobs.set(digestOf(config), config);
      const descriptor = {
        mediaType: 'application/vnd.oci.image.config.v1+json',
        digest: digestOf(config),
        size: config.length,
      };
      const body = { schemaVersion: 2, mediaType: manifestType, config: descriptor, layers: [] };
      const digest = this.#keep(manifestType, JSON.stringify(body));
      return {
        mediaType: manifestType,
        digest,
        size: JSON.stringify(body).length,
        platform: { os, architecture },
      };
    });
    const [only] = one;
    const digest =
      one.length === 1 && only
        ? only.digest
        : this.#keep(type, JSON.stringify({ schemaVersion: 2, mediaType: type, manifests: one }));
    this.#tags.set(`${repository}:${tag}`, digest);
    return digest;
  }

  close(repository: string): void {
    this.#private.add(repository);
  }

  #keep(type: string, text: string): string {
    const body = Buffer.from(text);
    this.#manifests.set(digestOf(body), { type, body });
    return digestOf(body);
  }

  #base(name: 'registry' | 'auth' | 'blobs'): string {
    if (this.options.addresses === 'loopback') return `http://${this.at(name)}`;
    const names = { registry: this.dialect.host, auth: this.dialect.auth, blobs: 'blobs.example' };
    return `https://${names[name]}`;
  }

  #refuse(
    response: ServerResponse,
    status: number,
    code: string,
    headers: Record<string, string> = {},
  ): void {
    response.writeHead(status, {
      'content-type': 'application/json',
      'docker-distribution-api-version': 'registry/2.0',
      ...headers,
    });
    response.end(JSON.stringify({ errors: [{ code, message: code.toLowerCase(), detail: null }] }));
  }

  #challenge(repository: string | undefined, error?: string): Record<string, string> {
    const { auth, host, token, scope } = this.dialect;
    const service = host === 'registry-1.docker.io' ? 'registry.docker.io' : auth;
    const wanted = repository ? `,scope="${scope(repository)}"` : '';
    const why = error ? `,error="${error}"` : '';
    return {
      'www-authenticate': `Bearer realm="${this.#base('auth')}${token}",service="${service}"${wanted}${why}`,
    };
  }

  #auth(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '', 'http://x');
    const scope = url.searchParams.get('scope') ?? '';
    const repository = scope.split(':')[1] ?? '';
    if (this.dialect.refuses === 'at-token' && this.#private.has(repository)) {
      this.#refuse(response, 403, 'DENIED');
      return;
    }
    const token = randomBytes(24).toString('base64url');
    this.#tokens.set(token, scope);
    response.writeHead(200, { 'content-type': 'application/json' });
    const issued = new Date().toISOString();
    response.end(JSON.stringify({ token, access_token: token, expires_in: 300, issued_at: issued }));
  }

  #registry(request: IncomingMessage, response: ServerResponse): void {
    const { pathname } = new URL(request.url ?? '', 'http://x');
    const [, repository = '', what, reference = ''] =
      /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/.exec(pathname) ?? [];
    const [, token = ''] = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '') ?? [];
    const scope = this.#tokens.get(token);
    if (token === '' || scope === undefined) {
      this.#refuse(
        response,
        401,
        'UNAUTHORIZED',
        this.#challenge(repository || undefined, token ? 'invalid_token' : undefined),
      );
      return;
    }
    if (what === undefined) {
      response.writeHead(200, { 'docker-distribution-api-version': 'registry/2.0' });
      response.end('{}');
      return;
    }
    if (scope !== this.dialect.scope(repository) || this.#private.has(repository)) {
      this.#refuse(response, 401, 'UNAUTHORIZED', this.#challenge(repository, 'insufficient_scope'));
      return;
    }
    if (what === 'blobs') {
      this.#redirect(response, reference);
      return;
    }
    this.#manifest(request, response, repository, reference);
  }

  #manifest(request: IncomingMessage, response: ServerResponse, repository: string, reference: string): void {
    const counts: Record<string, string> = {};
    if (this.options.left !== undefined) {
      if (request.method === 'GET') this.#left--;
      counts['ratelimit-limit'] = `${limit};w=${windowSeconds}`;
      counts['ratelimit-remaining'] = `${Math.max(0, this.#left)};w=${windowSeconds}`;
      counts['docker-ratelimit-source'] = '192.0.2.1';
      if (this.#left < 0) {
        const after = this.options.retryAfter;
        this.#refuse(response, 429, 'TOOMANYREQUESTS', {
          ...counts,
          ...(after === undefined ? {} : { 'retry-after': String(after) }),
        });
        return;
      }
    }
    const digest = reference.includes(':') ? reference : this.#tags.get(`${repository}:${reference}`);
    const found = this.#manifests.get(digest ?? '');
    if (!found) {
      this.#refuse(response, 404, 'MANIFEST_UNKNOWN', counts);
      return;
    }
    const chosen = this.#fitting(found, request.headers.accept ?? '');
    const packed = this.options.compressed && /gzip/.test(String(request.headers['accept-encoding']));
    const body = packed ? gzipSync(chosen.body) : chosen.body;
    response.writeHead(200, {
      ...counts,
      'content-type': chosen.type,
      'content-length': body.length,
      'docker-content-digest': digestOf(chosen.body),
      etag: `"${digestOf(chosen.body)}"`,
      'docker-distribution-api-version': 'registry/2.0',
      ...(packed ? { 'content-encoding': 'gzip' } : {}),
    });
    response.end(request.method === 'HEAD' ? undefined : body);
  }

  /** Who does not take an index gets the image for linux/amd64, as old clients expect it. */
  #fitting(found: { type: string; body: Buffer }, accept: string): { type: string; body: Buffer } {
    if (found.type === manifestType || accept.includes(found.type)) return found;
    const { manifests } = JSON.parse(found.body.toString()) as {
      manifests: { digest: string; platform: { architecture: string } }[];
    };
    const child = manifests.find(({ platform }) => platform.architecture === 'amd64');
    return this.#manifests.get(child?.digest ?? '') ?? found;
  }

  /** Blobs lie in another place, whose address carries its own signature. */
  #redirect(response: ServerResponse, digest: string): void {
    if (!this.#blobs.has(digest)) {
      this.#refuse(response, 404, 'BLOB_UNKNOWN');
      return;
    }
    response.writeHead(307, { location: `${this.#base('blobs')}/${digest}?X-Amz-Signature=signed` });
    response.end();
  }

  #stored(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://x');
    const blob = this.#blobs.get(pathname.slice(1));
    // Amazon S3: "Only one auth mechanism allowed".
    if (request.headers.authorization !== undefined || searchParams.get('X-Amz-Signature') !== 'signed') {
      response.writeHead(400).end();
      return;
    }
    response.writeHead(blob ? 200 : 404).end(blob);
  }
}
