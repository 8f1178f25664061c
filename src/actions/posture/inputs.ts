import { resolve } from 'node:path';
import { messageOf, ReleaseError } from '../../domain/errors/errors.ts';
import type { Severity } from '../../domain/findings/rule.ts';
import type { LoginRequest } from '../../domain/login/request.ts';
import { type EarlierRow, earlierRows } from '../../domain/posture/changes.ts';
import type { FailOn } from '../../domain/posture/judge.ts';
import type { Context } from '../../runner/context.ts';
import { readRegularFile } from '../../runner/regular-file.ts';
import type { PostureCall } from '../../steps/posture/posture.ts';
import { readLogin } from '../login/inputs.ts';

export interface PostureInputs {
  login: LoginRequest;
  call: Omit<PostureCall, 'project' | 'earlier' | 'identity' | 'signal'>;
  /** Path of the report of an earlier run. */
  earlier: string | undefined;
}

const severities = ['low', 'medium', 'high', 'critical'] as const satisfies readonly Severity[];

/** The mildest severity that was named decides. `nothing` beside other words changes nothing. */
export function failOnOf(words: readonly string[]): FailOn {
  return {
    severity: severities.find((severity) => words.includes(severity)),
    change: words.includes('change'),
    unknown: words.includes('unknown'),
  };
}

/** All inputs of `posture`. Notes problems; `inputs.done()` reports them at once. */
export function readPostureInputs({
  inputs,
  env,
  localLogin,
}: Pick<Context, 'inputs' | 'env' | 'localLogin'>): PostureInputs {
  const values = inputs.of('posture');
  return {
    login: readLogin({ inputs, env, localLogin }, values),
    call: {
      name: values.name,
      region: values.region,
      trusted: values.trusted_principals ?? [],
      probeUrls: values.probe_urls ?? [],
      buckets: values.buckets ?? [],
      largestBody: values.largest_upload_kb * 1000,
      failOn: failOnOf(values.fail_on),
    },
    earlier: values.earlier_report,
  };
}

/** The rows of an earlier run. Undefined if there was none. */
export function readEarlier(
  path: string | undefined,
  { env }: Pick<Context, 'env'>,
): EarlierRow[] | undefined {
  if (path === undefined) return undefined;
  const wrong = (why: string): ReleaseError =>
    new ReleaseError('input-invalid', {
      what: `earlier_report: ${path} ${why}`,
      fix: 'Name the report of an earlier run of this action, its output report. A file that does not exist counts as the first run.',
    });
  let text: string;
  try {
    text = readRegularFile(resolve(env.GITHUB_WORKSPACE || '.', path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw wrong(`cannot be read: ${messageOf(error)}`);
  }
  let rows: EarlierRow[] | undefined;
  try {
    rows = earlierRows(JSON.parse(text));
  } catch {
    throw wrong('is not JSON.');
  }
  if (!rows) throw wrong('is not a report of this action.');
  return rows;
}
