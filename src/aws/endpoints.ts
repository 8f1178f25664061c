import { ReleaseError } from '../domain/errors/errors.ts';
import { isLoopback } from '../domain/proxy/no-proxy.ts';

/** The services that are called, by the name with which calls are signed. */
export type AwsService = 'logs' | 'monitoring' | 'sagemaker' | 'sts';

/** Their names in AWS_ENDPOINT_URL_<SERVICE> (https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html). */
const variables: Record<AwsService, string> = {
  logs: 'AWS_ENDPOINT_URL_CLOUDWATCH_LOGS',
  monitoring: 'AWS_ENDPOINT_URL_CLOUDWATCH',
  sagemaker: 'AWS_ENDPOINT_URL_SAGEMAKER',
  sts: 'AWS_ENDPOINT_URL_STS',
};

/** Hosts of Amazon's partitions, endpoints inside a VPC included. */
const isAmazon = (host: string) => /(^|\.)(amazonaws\.com(\.cn)?|api\.aws)$/.test(host);

/**
 * Base URL of a service in a region. Whoever gets what is sent to STS can log in as this run, so a variable that an earlier step has
 * set may lead only to Amazon, or to this machine while the whole run uses the sandbox.
 */
export function awsEndpoint(
  service: AwsService,
  region: string,
  env: Readonly<Record<string, string | undefined>>,
  sandbox: boolean,
): string {
  const name = [variables[service], 'AWS_ENDPOINT_URL'].find((variable) => env[variable]?.trim());
  const ignored = env.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS?.trim().toLowerCase() === 'true';
  if (name === undefined || ignored)
    return `https://${service === 'sagemaker' ? 'api.sagemaker' : service}.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
  const text = env[name]?.trim().replace(/\/+$/, '') ?? '';
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const own = sandbox && url?.protocol === 'http:' && isLoopback(url.hostname);
  if (
    url &&
    !url.username &&
    url.pathname === '/' &&
    (own || (url.protocol === 'https:' && isAmazon(url.hostname)))
  )
    return url.origin;
  throw new ReleaseError('endpoint-refused', {
    what: `${name} sends requests for AWS to ${url?.hostname ?? 'something that is not a URL'}, which is not Amazon.`,
    why: 'Such a server gets the identity token or the signatures of this run. A step of this job has set the variable.',
    fix: `Remove ${name} from the environment of this step.`,
  });
}
