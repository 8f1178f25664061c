import { expect, test } from '@jest/globals';
import { RemoteError } from '../../src/http/remote-error.ts';
import { chooseTarget } from '../../src/targets/choose.ts';

/** What is told if the APIs of functions and of services both refuse to say what has the name. */

const place = { project: 'p', region: 'r', name: 'ocr' };

function refusal(api: 'cloudfunctions' | 'run', reason: string): RemoteError {
  const body = Buffer.from(
    JSON.stringify({
      error: {
        ...{ code: 403, status: 'PERMISSION_DENIED', message: `${api} says ${reason}` },
        details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, domain: 'googleapis.com' }],
      },
    }),
  );
  return new RemoteError(api, `GET ${api}`, { status: 403, headers: {}, body } as never, (text) => text);
}

const off = 'SERVICE_DISABLED';
const missing = 'IAM_PERMISSION_DENIED';

test.each([
  // A project that only uses Cloud Run has the Functions API off, which is no fault.
  { functions: off, run: missing, told: 'run' },
  { functions: missing, run: missing, told: 'run' },
  { functions: off, run: off, told: 'cloudfunctions' },
  { functions: missing, run: off, told: 'cloudfunctions' },
  { functions: off, run: 'none', told: 'cloudfunctions' },
] as const)('functions: $functions, services: $run', async ({ functions, run, told }) => {
  const refuse = (error: unknown) => async () => {
    throw error;
  };
  const clients = {
    functions: { get: refuse(refusal('cloudfunctions', functions)) },
    services: { get: run === 'none' ? async () => undefined : refuse(refusal('run', run)) },
    log: { debug: () => undefined },
  };
  const target = chooseTarget(clients as never, { place, kind: undefined, fromSource: false });
  await expect(target.read()).rejects.toMatchObject({ api: told });
});
