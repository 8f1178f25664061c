import { createHash } from 'node:crypto';
import { redactPersonal } from '../../domain/logs/redact.ts';
import { clientAgent, userAgent } from '../../domain/product.ts';
import { createBuildLogs } from '../../gcp/functions/build-logs.ts';
import { createFunctions } from '../../gcp/functions/functions.ts';
import { createImages } from '../../gcp/registry/images.ts';
import { createBuilds } from '../../gcp/run/builds.ts';
import { createServiceWriter } from '../../gcp/run/deploy-service.ts';
import { createServices } from '../../gcp/run/services.ts';
import { createSources } from '../../gcp/source/sources.ts';
import { createSourceStore } from '../../gcp/source/store.ts';
import type { Context } from '../../runner/context.ts';
import type { DeployPorts } from '../../steps/deploy/ports.ts';
import type { Images } from '../../steps/ports/images.ts';
import type { DeployTarget } from '../../steps/ports/target.ts';
import { type Asked, chooseTarget, openDriver } from '../../targets/registry.ts';
import type { Platform } from '../login/platform.ts';
import { mayShowText } from '../logs/may-show.ts';

/** The clients of a deploy, for every action that deploys. Opening them sends nothing. */
export function deployPorts(
  context: Context,
  platform: Platform,
  asked: Asked,
): Omit<DeployPorts, 'exposure'> & { target: DeployTarget; images: Images } {
  const { clock, log, secrets, env } = context;
  const { rest, endpoints } = platform;
  const { redact } = secrets;
  const services = createServices(rest);
  const functions = createFunctions({ rest, clock, log, userAgent: clientAgent });
  const builds = createBuilds(rest);
  const target = chooseTarget({ functions, services, builds, log }, asked);
  const images = createImages({
    ...{ endpoints, clock, userAgent: userAgent(context.id, 'deploy') },
    accessToken: (signal) => platform.tokens.accessToken(signal),
  });
  const driver = openDriver(target, {
    images,
    writer: createServiceWriter(rest),
    functions,
    services,
    sources: createSources({
      ...{ endpoints, clock, redact, addSecret: secrets.add, temp: env.RUNNER_TEMP },
      credentials: [
        env.GOOGLE_APPLICATION_CREDENTIALS,
        env.GOOGLE_GHA_CREDS_PATH,
        env.CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE,
        env.KUBECONFIG,
        env.AWS_SHARED_CREDENTIALS_FILE,
        env.AWS_WEB_IDENTITY_TOKEN_FILE,
      ],
    }),
    store: createSourceStore({
      ...{ rest, clock, redact },
      accessToken: (signal) => platform.tokens.accessToken(signal),
    }),
    builds,
    buildLogs: createBuildLogs(rest, clock),
    cleanLine: mayShowText(context) ? (line) => redactPersonal(redact(line)) : undefined,
    clock,
    log,
    sha256: (text) => createHash('sha256').update(text).digest('hex'),
  });
  return { driver, target, images, services, clock, log };
}
