import { createReadStream } from 'node:fs';
import { ReleaseError } from '../../domain/errors/errors.ts';
import type { Endpoints } from '../../http/endpoints.ts';
import { RemoteError } from '../../http/remote-error.ts';
import { mayRetry } from '../../http/retry.ts';
import { type HttpResponse, send, TransportError } from '../../http/send.ts';
import type { Clock } from '../../steps/ports/clock.ts';
import type { SourceArchive, UploadTarget } from '../../steps/ports/source.ts';

export interface UploadOptions {
  endpoints: Endpoints;
  clock: Clock;
  /** Masks a value. The signature in the upload URL allows anyone to write the source. */
  addSecret: (value: string) => void;
  redact: (text: string) => string;
}

const attemptMs = 10 * 60_000;
const deadlineMs = 20 * 60_000;

/** The source may go only to Cloud Storage, or to loopback while the sandbox is in use. */
function checkHost(url: URL, endpoints: Endpoints): void {
  const storage = `storage.${endpoints.universe}`;
  const isStorage =
    url.protocol === 'https:' && (url.hostname === storage || url.hostname.endsWith(`.${storage}`));
  if (!isStorage && !endpoints.loopback)
    throw new ReleaseError('endpoint-refused', {
      what: `Cloud Functions asked to upload the source to ${url.hostname}.`,
      why: `Only ${storage} may receive it.`,
    });
}

/**
 * PUTs the archive to a signed URL, with the content type that the signature covers and no other header
 * (google/cloud/functions/v2/functions.proto, GenerateUploadUrl). A repeated upload writes the same object.
 */
export async function uploadArchive(
  options: UploadOptions,
  archive: SourceArchive,
  target: UploadTarget,
  signal?: AbortSignal,
): Promise<void> {
  const { endpoints } = options;
  const url = endpoints.assertSendable(target.uploadUrl);
  checkHost(url, endpoints);
  for (const [key, value] of url.searchParams)
    if (/signature|credential|token/i.test(key)) options.addSecret(value);
  await sendArchive(options, archive, { method: 'PUT', url, signal });
}

export interface ArchiveCall {
  method: 'PUT' | 'POST';
  url: URL;
  /** Asked for before every attempt, because a token may expire during a long upload. */
  headers?: () => Promise<Record<string, string>>;
  /** Statuses that are answers and not errors. */
  accept?: readonly number[];
  signal?: AbortSignal | undefined;
}

/** Sends the archive to Cloud Storage, again after a failure that may pass. Throws `upload-failed`. */
export async function sendArchive(
  options: Pick<UploadOptions, 'clock' | 'redact'>,
  archive: SourceArchive,
  { method, url, headers, accept = [], signal }: ArchiveCall,
): Promise<HttpResponse> {
  const { clock } = options;
  const deadline = clock.steady() + deadlineMs;
  for (let tries = 1; ; tries++) {
    let problem: string;
    let transient: boolean;
    try {
      const answer = await send({
        method,
        url: url.href,
        headers: { 'content-type': 'application/zip', ...(await headers?.()) },
        body: () => createReadStream(archive.path),
        contentLength: archive.bytes,
        timeoutMs: Math.max(1, Math.min(attemptMs, deadline - clock.steady())),
        maxBytes: 64 * 1024,
        truncate: true,
        signal,
      });
      if ((answer.status >= 200 && answer.status < 300) || accept.includes(answer.status)) return answer;
      const refusal = new RemoteError('storage', `${method} storage ${url.pathname}`, answer, options.redact);
      // The JSON API names the permission. A signed URL has its own rights, which no grant changes.
      if (answer.status === 403 && refusal.permission) throw refusal;
      problem = `Cloud Storage answered ${answer.status}${reasonIn(answer, options.redact)}`;
      transient = mayRetry('read', { status: answer.status });
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      problem = options.redact(error.what);
      transient = mayRetry('read', { transport: error });
    }
    const wait = Math.min(8000, 300 * 2 ** (tries - 1)) * (0.5 + Math.random() / 2);
    if (!transient || tries > 8 || clock.steady() + wait > deadline)
      throw new ReleaseError('upload-failed', {
        what: `The source could not be uploaded: ${problem}.`,
        why: transient ? `${tries} attempts failed.` : undefined,
        fix: 'Run the job again. If it fails again, check the network of the runner and VPC Service Controls.',
      });
    await clock.sleep(wait, signal);
  }
}

/** Code and message of Cloud Storage's XML error, or the message of its JSON API. */
function reasonIn(answer: HttpResponse, redact: (text: string) => string): string {
  const text = answer.body.subarray(0, 4096).toString('utf8');
  const message = /"message":\s*"([^"\\]{1,300})/.exec(text)?.[1];
  if (message) return ` (${redact(message)})`;
  const parts = ['Code', 'Message']
    .map((tag) => new RegExp(`<${tag}>([^<]{1,300})</${tag}>`).exec(text)?.[1])
    .filter(Boolean);
  return parts.length > 0 ? ` (${redact(parts.join(': '))})` : '';
}
