import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { suiteFiles } from '../../src/actions/smoke-test/suite-files.ts';
import { endpoints } from '../../src/http/endpoints.ts';
import { createSmokeHttp } from '../../src/http/smoke-client.ts';
import type { SmokePorts } from '../../src/steps/smoke/ports.ts';

export const root = join(import.meta.dirname, '..', '..');

/** An HS256 token that the gates of the broken builds accept. */
export function mint(audience: string, expiresIn = 3600): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const seconds = Math.floor(Date.now() / 1000);
  const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({ aud: audience, iat: seconds, exp: seconds + expiresIn })}`;
  return `${signed}.${createHmac('sha256', 'test-key').update(signed).digest('base64url')}`;
}

export interface TestPorts extends SmokePorts {
  lines: string[];
  minted: string[];
}

/** Ports with real HTTP and files, a log in memory, and tokens that `mint` makes. */
export function smokePorts(workspace = root, changes: Partial<SmokePorts> = {}): TestPorts {
  const lines: string[] = [];
  const minted: string[] = [];
  const keep = (text: string) => void lines.push(text);
  return {
    http: createSmokeHttp(endpoints({ GHA_ENDPOINT_OVERRIDE_run: 'http://127.0.0.1:1/v2' }), 'backstay-test'),
    files: suiteFiles(workspace),
    clock: {
      now: () => Date.now(),
      steady: () => Date.now(),
      sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, Math.min(milliseconds, 20))),
    },
    log: { line: keep, warning: keep, detail: (title, more) => lines.push(title, ...more), debug: () => {} },
    tokens: {
      idToken: async (audience) => {
        minted.push(audience);
        return mint(audience);
      },
    },
    random: () => 0.5,
    lines,
    minted,
    ...changes,
  };
}
