import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Json } from './client.ts';

const BLOCK = 512;

/** Makes a tar archive of text files without the code under test. A file whose name ends with `!` is executable. */
export function tarOf(files: Readonly<Record<string, string | Uint8Array>>): Buffer {
  const parts = Object.entries(files).flatMap(([name, text]) => {
    const data = Buffer.from(text as string);
    const header = Buffer.alloc(BLOCK);
    const path = name.replace(/!$/, '');
    header.write(path, 0, 'utf8');
    header.write(name.endsWith('!') ? '0000755\0' : '0000644\0', 100);
    header.write('0000000\0', 108);
    header.write('0000000\0', 116);
    header.write(`${data.length.toString(8).padStart(11, '0')}\0`, 124);
    header.write('00000000000\0', 136);
    header.write('        ', 148);
    header.write('0', 156);
    header.write('ustar\x0000', 257, 'latin1');
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return [header, data, Buffer.alloc((BLOCK - (data.length % BLOCK)) % BLOCK)];
  });
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]);
}

export const digestOf = (data: Uint8Array): string =>
  `sha256:${createHash('sha256').update(data).digest('hex')}`;

/** What an image is made of. */
export interface Built {
  files?: Readonly<Record<string, string>>;
  /** The image's own configuration, such as `{Entrypoint: ['node', '/app/server.js']}`. */
  config?: Json;
  architecture?: string;
}

/** What a push needs of a sandbox, in this process or in another one. */
export interface Pushing {
  readonly sandbox: { readonly project: string; readonly env: Readonly<Record<string, string>> };
  send(
    url: string,
    method: string,
    body: Buffer,
    headers: Record<string, string>,
  ): Promise<{ status: number; text: string }>;
  accessToken(): Promise<string>;
}

/** A sandbox as the registry's clients know it: its host and path, and a bearer token. */
export class Registry {
  readonly host: string;
  private readonly client: Pushing;
  private readonly token: string | undefined;

  constructor(client: Pushing, token?: string) {
    this.client = client;
    this.host = new URL(client.sandbox.env.GHA_ENDPOINT_OVERRIDE_registry as string).host;
    this.token = token;
  }

  async blob(path: string, data: Buffer): Promise<Json> {
    const digest = digestOf(data);
    const answer = await this.client.send(
      `http://${this.host}/v2/${path}/blobs/uploads/?digest=${digest}`,
      'POST',
      data,
      { ...(await this.login()), 'content-type': 'application/octet-stream' },
    );
    if (answer.status !== 201) throw new Error(`blob: ${answer.status} ${answer.text}`);
    return { digest, size: data.length };
  }

  private async login(): Promise<Record<string, string>> {
    return { authorization: `Bearer ${this.token ?? (await this.client.accessToken())}` };
  }

  async manifest(path: string, tag: string, mediaType: string, body: Json): Promise<Json> {
    const data = Buffer.from(JSON.stringify(body));
    const url = `http://${this.host}/v2/${path}/manifests/${tag}`;
    const answer = await this.client.send(url, 'PUT', data, {
      ...(await this.login()),
      'content-type': mediaType,
    });
    if (answer.status !== 201) throw new Error(`manifest: ${answer.status} ${answer.text}`);
    return { mediaType, digest: digestOf(data), size: data.length };
  }

  /** Pushes an image with one layer and returns the descriptor of its manifest. */
  async push(
    path: string,
    tag: string,
    { files = {}, config = {}, architecture = 'amd64' }: Built,
  ): Promise<Json> {
    const tar = tarOf(files);
    const layer = await this.blob(path, gzipSync(tar));
    const settings = {
      architecture,
      os: 'linux',
      config,
      rootfs: { type: 'layers', diff_ids: [digestOf(tar)] },
    };
    const shape = await this.blob(path, Buffer.from(JSON.stringify(settings)));
    return this.manifest(path, tag, 'application/vnd.oci.image.manifest.v1+json', {
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...shape },
      layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', ...layer }],
    });
  }

  /** Pushes an image of tar archives, and returns its reference by tag. */
  async pushLayers(path: string, tag: string, tars: readonly Buffer[], config: Json): Promise<string> {
    const layers: Json[] = [];
    for (const tar of tars) layers.push(await this.blob(path, tar));
    const rootfs = { type: 'layers', diff_ids: tars.map(digestOf) };
    const settings = { architecture: 'amd64', os: 'linux', config, rootfs };
    const shape = await this.blob(path, Buffer.from(JSON.stringify(settings)));
    await this.manifest(path, tag, 'application/vnd.oci.image.manifest.v1+json', {
      schemaVersion: 2,
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...shape },
      layers: layers.map((layer) => ({ mediaType: 'application/vnd.oci.image.layer.v1.tar', ...layer })),
    });
    return `${this.host}/${path}:${tag}`;
  }

  /** Pushes an image whose revision answers with a fixed status and needs no process. Returns its reference by tag. */
  async pushInline(name: string, status: number, body: unknown = { ok: status < 400 }): Promise<string> {
    const [path = '', tag = 'latest'] = `${this.client.sandbox.project}/containers/${name}`.split(':');
    const spec = JSON.stringify({ responses: [{ status, body }] });
    await this.push(path, tag, { files: { 'sandbox.json': spec } });
    return `${this.host}/${path}:${tag}`;
  }
}
