import { piecesOf } from '../../test/support/pieces.ts';
import type { WorldDriver } from '../../test/support/world-driver.ts';

/**
 * Every release of the sweep has secrets in every input that can hold one, and some servers repeat them in their errors. Nothing that
 * the step writes may hold 8 characters of any of them.
 */

const password = 'Zq7!vN2#xL9%tR4w';
const key = 'QWxhZGRpbjpvcGVuIHNlc2FtZQ+9/z0pX4';
const hook = 'T0k3nOfTheHook77';
const token = 'ghs_7Tq2Zx9LmN4vB8cR1yK6';
const note = 'D3scr1pt10nKey5ecret';

export const secrets = [password, key, hook, token, note, 'b4tch-W0rd-of-build'];

export const secretInputs: Record<string, string> = {
  environment_variables: `DB_URL=postgres://app:${encodeURIComponent(password)}@db.internal/ocr\nKEY="line one\n${key}"\nHOOK=https://hooks.internal/${hook}`,
  build_environment_variables: 'NPM_WORD=b4tch-W0rd-of-build',
  description: `Reads text ${note}`,
  github_token: token,
};

const all = `${password} ${encodeURIComponent(password)} ${key} https://hooks.internal/${hook}?x ${token} ${note} ${secrets.at(-1)}`;

/** An error that repeats the secrets in every field, whole, escaped, cut in the middle, and joined to other text. */
export const repeating = (code: number) => ({
  error: {
    code,
    status: `FAILED_${key}`,
    message: `Invalid value "${all}": ${JSON.stringify({ all })} ${all.slice(0, 40)}… x${password}y ${key.slice(5, 21)}`,
    details: [
      {
        '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
        reason: `REASON_${token}`,
        domain: hook,
        metadata: { permission: `run.${note}`, service: password, [key]: all },
      },
      {
        '@type': 'type.googleapis.com/google.rpc.PreconditionFailure',
        violations: [{ type: hook, subject: all, description: all }],
      },
    ],
  },
});

/** What the step gave away. Empty if nothing. The lines that tell the runner what to mask are not shown to anybody. */
export const leaksIn = (written: string, driver: WorldDriver): string[] =>
  // An image is not built, so nobody gives its release the variable of a build. What a server invents is no secret.
  piecesOf(
    driver === 'run-image' ? secrets.slice(0, -1) : secrets,
    written.replace(/^::add-mask::.*$/gm, ''),
  ).map((piece) => `wrote ${piece.length} characters of a secret (${piece})`);
