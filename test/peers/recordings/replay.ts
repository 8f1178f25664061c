import type { Sandbox } from '../../../sandbox/index.ts';
import { ownerToken } from '../clients/gcloud.ts';
import type { Line } from './recorder.ts';

/** What a server makes new each time. */
const made =
  /sha256:[0-9a-f]{64}|\d{4}-\d\d-\d\dT[\d:.]+Z|127\.0\.0\.1:\d+|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22,}|operation-\d+-[0-9a-f]+|-\d{5}-[a-z]{3}(?![a-z])|\d{10,}/g;
/** Fields with a value that is new each time. */
const opaque = /^(etag|resourceVersion|uploadUrl|md5Hash|crc32c|generation|metageneration|timeDeleted)$/;

/** What a write may have reached when it answers: it depends on the machine. The read that follows it sees the end. */
const underWay = /^(buildOperation|done|response|status)$/;
const isProgress = (key: string, value: unknown) =>
  underWay.test(key) || (key === 'metadata' && isObject(value) && '@type' in value);

/** The sandbox adds this stage if a client looks twice before the end, which a slow machine may not let it do. */
const late = 'ARTIFACT_REGISTRY';

type Json = unknown;
const isObject = (value: Json): value is Record<string, Json> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isLate = (stage: Json) => isObject(stage) && stage.name === late;
const onTime = (stages: Json[]) => stages.filter((stage) => !isLate(stage));
const isSame = (one: Json[], other: Json[]) => one.some(isLate) === other.some(isLate);

/**
 * Sends recorded requests to a sandbox. A name or an etag that the sandbox made in the recording stands for the one that it
 * makes now: both answers are read side by side, and later requests have the new one.
 */
export class Replay {
  readonly #sandbox: Sandbox;
  readonly #token: string;
  readonly #now = new Map<string, string>();
  #upload = '';

  private constructor(sandbox: Sandbox, token: string) {
    this.#sandbox = sandbox;
    this.#token = token;
  }

  static start = async (sandbox: Sandbox) => new Replay(sandbox, await ownerToken(sandbox));

  /** Sends one request. Returns what differs from the recorded answer. A read is repeated until it has the recorded form. */
  async send(line: Line): Promise<string[]> {
    for (let looks = 0; ; looks++) {
      const { status, body } = await this.#once(line);
      const differences =
        status === line.status
          ? this.#differences(line.reply, body, '', line.method !== 'GET')
          : [`status ${line.status} -> ${status} ${JSON.stringify(body).slice(0, 300)}`];
      if (differences.length === 0 || line.method !== 'GET' || looks > 1200) {
        this.#learn(line.reply, body);
        return differences;
      }
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  async #once(line: Line): Promise<{ status: number; body: Json }> {
    const url =
      line.api === 'upload'
        ? this.#upload
        : `${this.#sandbox.world.urls.get(line.api)}${this.#translated(line.path)}`;
    const { authorization, ...headers } = line.headers;
    const answer = await fetch(url, {
      method: line.method,
      headers: {
        ...headers,
        ...(authorization ? { authorization: `Bearer ${this.#token}` } : {}),
        ...(line.region ? { 'x-sandbox-region': line.region } : {}),
      },
      ...(line.bytes ? { body: Buffer.from(line.bytes, 'base64') } : {}),
      ...(line.body === undefined ? {} : { body: this.#translated(JSON.stringify(line.body)) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text.startsWith('{') ? JSON.parse(text) : null };
  }

  #translated(text: string): string {
    let result = text;
    for (const [recorded, now] of this.#now) result = result.replaceAll(recorded, now);
    return result;
  }

  /** Places where an answer has another form or another value than the recorded one. */
  #differences(recorded: Json, now: Json, at: string, isWrite: boolean): string[] {
    if (isObject(recorded) && isObject(now))
      return [...new Set([...Object.keys(recorded), ...Object.keys(now)])].flatMap((key) => {
        if (isWrite && isProgress(key, recorded[key] ?? now[key])) return [];
        if (!(key in recorded)) return [`${at}.${key} is new`];
        if (!(key in now)) return [`${at}.${key} is missing`];
        return opaque.test(key) && typeof recorded[key] === typeof now[key]
          ? []
          : this.#differences(recorded[key], now[key], `${at}.${key}`, isWrite);
      });
    if (at.endsWith('.stages') && Array.isArray(recorded) && Array.isArray(now) && !isSame(recorded, now))
      return this.#differences(onTime(recorded), onTime(now), at, isWrite);
    if (Array.isArray(recorded) && Array.isArray(now) && recorded.length === now.length)
      return recorded.flatMap((one, index) => this.#differences(one, now[index], `${at}[${index}]`, isWrite));
    const form = (value: Json) =>
      typeof value === 'string' ? value.replace(made, '*') : JSON.stringify(value);
    return form(recorded) === form(now) ? [] : [`${at}: ${form(recorded)} -> ${form(now)}`];
  }

  #learn(recorded: Json, now: Json, key = ''): void {
    if (isObject(recorded) && isObject(now))
      for (const [name, value] of Object.entries(recorded)) this.#learn(value, now[name], name);
    else if (Array.isArray(recorded) && Array.isArray(now))
      for (const [index, value] of recorded.entries()) this.#learn(value, now[index], key);
    if (typeof recorded !== 'string' || typeof now !== 'string') return;
    if (key === 'uploadUrl') this.#upload = now;
    if (opaque.test(key) && recorded.length > 6) this.#now.set(recorded, now);
    const [old, fresh] = [recorded.match(made) ?? [], now.match(made) ?? []];
    for (const [index, token] of old.entries()) this.#now.set(token, fresh[index] ?? token);
  }
}
