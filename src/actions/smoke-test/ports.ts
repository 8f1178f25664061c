import { userAgent } from '../../domain/product.ts';
import type { Endpoints } from '../../http/endpoints.ts';
import { createSmokeHttp } from '../../http/smoke-client.ts';
import type { Context } from '../../runner/context.ts';
import type { Tokens } from '../../steps/ports/tokens.ts';
import type { SmokePorts } from '../../steps/smoke/ports.ts';
import { boundedMatch } from './bounded-match.ts';
import { suiteFiles } from './suite-files.ts';

/** The smoke test's ports in an action: files of the workspace, HTTP, and tokens if there is a login. */
export function createSmokePorts(context: Context, endpoints: Endpoints, tokens?: Tokens): SmokePorts {
  const { clock, log, env } = context;
  return {
    clock,
    log,
    tokens,
    match: boundedMatch,
    files: suiteFiles(env.GITHUB_WORKSPACE || '.'),
    http: createSmokeHttp(endpoints, userAgent(context.id, 'smoke-test')),
  };
}
