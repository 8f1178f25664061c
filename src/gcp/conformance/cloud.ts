import { isGoogleHost } from '../../domain/basis/basis.ts';
import { type JsonObject, objectOf } from '../../domain/data/json.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { createProber } from '../../http/probe.ts';
import type { Rest } from '../../http/rest.ts';
import { send } from '../../http/send.ts';
import type { Cloud } from '../../steps/conformance/ports.ts';
import { zipOf } from './zip.ts';

export interface CloudOptions {
  rest: Rest;
  userAgent: string;
  addSecret: (value: string) => void;
  accessToken: (signal: AbortSignal) => Promise<string>;
  /** Base URL of the registry instead of Google's, for the sandbox. */
  registryBase: string | undefined;
  jobToken: Cloud['jobToken'];
  /** Called for every answer of an API. */
  onAnswer: () => void;
}

/** Refusals are what the probes look for. Transient failures are repeated by the client. */
const answers = [400, 401, 403, 404, 405, 409, 412, 422];

export function createCloud(options: CloudOptions): Cloud {
  const { rest, addSecret } = options;
  const { endpoints } = rest;
  const prober = createProber(endpoints, options.userAgent);
  return {
    jobToken: options.jobToken,

    async ask({ api, method, path, query, body, as, repeatable }, signal) {
      const { status, body: answer } = await rest.call<JsonObject>({
        ...{ api, method, path, accept: answers, signal },
        ...(query ? { query } : {}),
        ...(body ? { body } : {}),
        ...(repeatable ? { retry: 'repeatable-write' as const } : {}),
        ...(as === 'nobody' ? { auth: 'none' as const } : as ? { bearer: as.token } : {}),
        attemptMs: 30_000,
        deadlineMs: 90_000,
      });
      options.onAnswer();
      const found = objectOf(answer);
      for (const name of ['token', 'accessToken', 'access_token']) {
        const value = found[name];
        if (typeof value === 'string') addSecret(value);
      }
      return { status, body: found };
    },

    async upload(address, files, signal) {
      const url = endpoints.assertSendable(address);
      if (!endpoints.loopback && !isGoogleHost(url.hostname, endpoints.universe))
        throw new ReleaseError('endpoint-refused', { what: `The source was not sent to ${url.hostname}.` });
      for (const [name, value] of url.searchParams)
        if (/signature|credential|token/i.test(name)) addSecret(value);
      const bytes = zipOf(files);
      const answer = await send({
        method: 'PUT',
        url: url.href,
        headers: { 'content-type': 'application/zip' },
        body: bytes,
        timeoutMs: 60_000,
        maxBytes: 64 * 1024,
        truncate: true,
        signal,
      });
      if (answer.status >= 300)
        throw new ReleaseError('upload-failed', { what: `Cloud Storage answered ${answer.status}.` });
    },

    call: (url, { token, timeoutMs }, signal) =>
      prober.probe(url, { method: 'GET', ...(token ? { token } : {}), timeoutMs, signal }),

    async registry(region, withToken, signal) {
      const base = options.registryBase ?? `https://${region}-docker.pkg.dev`;
      const { href } = endpoints.assertSendable(`${base}/v2/`);
      const headers: Record<string, string> = withToken
        ? { authorization: `Bearer ${await options.accessToken(signal)}` }
        : {};
      const { status } = await send({
        ...{ method: 'GET', url: href, headers, timeoutMs: 20_000 },
        ...{ maxBytes: 64 * 1024, truncate: true, signal },
      });
      return status;
    },
  };
}
