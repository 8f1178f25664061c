import { encodeName } from '../../domain/data/resource-name.ts';
import { messageOf, ReleaseError } from '../../domain/errors/errors.ts';
import type { Reading, Unread } from '../../domain/exposure/facts.ts';
import type { Rest } from '../../http/rest.ts';
import { type HttpResponse, send, TransportError } from '../../http/send.ts';
import type { PostureSources, UploadPlace } from '../../steps/posture/ports.ts';
import { reading } from '../exposure/reading.ts';
import { requiredText, UnexpectedShape } from '../exposure/shape.ts';
import { directoryOf, namesIn, tailBytes } from './zip-names.ts';

/** A server that ignores the range sends the whole zip. */
const mostBytes = 64 * 1024 * 1024;
const mostDirectory = 8 * 1024 * 1024;

interface Download {
  url: string;
  headers: Record<string, string>;
  /** The call, as a report cites it. It has no signature and no token. */
  call: string;
  permission: string;
}

/** Reads the list of files at the end of the last upload, and none of its content. */
export function uploadReader(
  rest: Rest,
  accessToken: (signal?: AbortSignal) => Promise<string>,
  spend: () => void,
): Pick<PostureSources, 'upload'> {
  const part = async (download: Download, range: string, signal?: AbortSignal): Promise<HttpResponse> => {
    spend();
    return send({
      method: 'GET',
      url: download.url,
      // A compressed answer would make the offsets those of something else.
      headers: { ...download.headers, range, 'accept-encoding': 'identity' },
      timeoutMs: 10_000,
      maxBytes: mostBytes,
      signal,
    });
  };

  async function locate(place: UploadPlace, signal?: AbortSignal): Promise<Reading<Download>> {
    if ('function' in place) {
      const path = `v2/${encodeName(place.function)}:generateDownloadUrl`;
      const permission = 'cloudfunctions.functions.sourceCodeGet';
      const asked = await reading(
        rest,
        { api: 'cloudfunctions', method: 'POST', path, body: {}, retry: 'read', signal },
        permission,
        (body) => requiredText(body, 'downloadUrl'),
      );
      return asked.ok
        ? { ...asked, value: { url: asked.value, headers: {}, call: asked.call, permission } }
        : asked;
    }
    const path = `storage/v1/b/${encodeURIComponent(place.bucket)}/o/${encodeURIComponent(place.object)}`;
    const call = `GET storage/${path}`;
    const headers = { authorization: `Bearer ${await accessToken(signal)}` };
    const url = `${rest.endpoints.base('storage')}/${path}?alt=media`;
    return { ok: true, call, value: { url, headers, call, permission: 'storage.objects.get' } };
  }

  async function names(download: Download, signal?: AbortSignal): Promise<Reading<string[]>> {
    const { call, permission } = download;
    const failed = (detail: string, cause: Unread['cause'] = 'failed'): Unread => ({
      ok: false,
      call,
      cause,
      detail,
      ...(cause === 'denied' ? { permission } : {}),
    });
    rest.endpoints.assertSendable(download.url);
    const end = await part(download, `bytes=-${tailBytes}`, signal);
    if (end.status === 404) return failed('The upload is gone.', 'absent');
    if (end.status === 401 || end.status === 403) return failed('The upload may not be read.', 'denied');
    if (end.status !== 200 && end.status !== 206) return failed(`The upload answered ${end.status}`);
    const found = directoryOf(end.body);
    if (!found) return failed('The upload is no zip that can be read');
    if (found.size > mostDirectory) return failed('The list of files is too large');
    const total =
      end.status === 200 ? end.body.length : Number(/\/(\d+)$/.exec(end.headers['content-range'] ?? '')?.[1]);
    const start = found.offset - (total - end.body.length);
    let directory = start >= 0 ? end.body.subarray(start, start + found.size) : undefined;
    if (directory === undefined) {
      const middle = await part(download, `bytes=${found.offset}-${found.offset + found.size - 1}`, signal);
      if (middle.status !== 206) return failed(`The upload answered ${middle.status}`);
      directory = middle.body;
    }
    const value = namesIn(directory, found.count);
    return value ? { ok: true, value, call } : failed('The list of files is damaged');
  }

  return {
    async upload(place, signal) {
      const located = await locate(place, signal);
      if (!located.ok) return located;
      try {
        return await names(located.value, signal);
      } catch (error) {
        const isKnown =
          error instanceof TransportError ||
          error instanceof ReleaseError ||
          error instanceof UnexpectedShape;
        if (signal?.aborted || !isKnown) throw error;
        return { ok: false, call: located.call, cause: 'failed', detail: messageOf(error) };
      }
    },
  };
}
