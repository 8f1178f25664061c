import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { World } from './core/state.ts';
import { ownerToken } from './identity/empty.ts';
import { logInUser } from './identity/oauth2.ts';
import { owner, type Seeded } from './identity/seed.ts';
import type { RunningProxy } from './proxy/index.ts';

/** Google's endpoint overrides include the API version. These are the versions in google-github-actions' own defaults. */
const versions: Readonly<Record<string, string>> = {
  aiplatform: '/v1',
  accesscontextmanager: '/v1',
  apigateway: '/v1',
  artifactregistry: '/v1',
  billingbudgets: '/v1',
  binaryauthorization: '/v1',
  cloudbilling: '/v1',
  cloudbuild: '/v1',
  cloudfunctions: '/v2',
  cloudkms: '/v1',
  cloudresourcemanager: '/v3',
  compute: '/compute/v1',
  containeranalysis: '/v1',
  iam: '/v1',
  iamcredentials: '/v1',
  iap: '/v1',
  logging: '/v2',
  monitoring: '/v3',
  oauth2: '',
  orgpolicy: '/v2',
  // The registry of images. Its paths have their version themselves.
  registry: '',
  run: '/v2',
  secretmanager: '/v1',
  serviceusage: '/v1',
  storage: '/storage/v1',
  sts: '/v1',
};

const gcloudApis = [
  'apigateway',
  'billingbudgets',
  'cloudbilling',
  'cloudkms',
  'cloudquotas',
  'iap',
  'orgpolicy',
  'vpcaccess',
  'cloudbuild',
  'cloudfunctions',
  'cloudresourcemanager',
  'compute',
  'iam',
  'iamcredentials',
  'artifactregistry',
  'logging',
  'monitoring',
  'run',
  'secretmanager',
  'serviceusage',
  'storage',
];

/** Every server at an address of its own on this machine, and the proxy through which `gcloud run` finds them. */
function overrides(world: World, regional: Pick<RunningProxy, 'port'> | undefined): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [api, version] of Object.entries(versions)) {
    const url = world.urls.get(api);
    if (url) env[`GHA_ENDPOINT_OVERRIDE_${api}`] = `${url}${version}`;
  }
  for (const api of gcloudApis) {
    const url = world.urls.get(api);
    // gcloud puts the path of the version behind every address but that of Compute Engine.
    const path = api === 'compute' ? '/compute/v1/' : '/';
    if (url) env[`CLOUDSDK_API_ENDPOINT_OVERRIDES_${api.toUpperCase()}`] = `${url}${path}`;
  }
  if (!regional) return env;
  return {
    ...env,
    CLOUDSDK_PROXY_TYPE: 'http',
    CLOUDSDK_PROXY_ADDRESS: '127.0.0.1',
    CLOUDSDK_PROXY_PORT: String(regional.port),
  };
}

/** Google's and GitHub's own names, which only the proxy can find, and the certificate that its TLS needs. */
function behindProxy(
  world: World,
  proxy: Pick<RunningProxy, 'authority' | 'variable'>,
): Record<string, string> {
  const file = join(world.folder, 'proxy-authority.pem');
  writeFileSync(file, proxy.authority.pem);
  return {
    HTTPS_PROXY: proxy.variable,
    NODE_EXTRA_CA_CERTS: file,
    CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE: file,
    SSL_CERT_FILE: file,
  };
}

/** The environment for these actions, for Google's own actions, and for a real gcloud. */
export function environment(
  world: World,
  seeded: Seeded,
  proxy?: Pick<RunningProxy, 'authority' | 'variable'>,
  regional?: Pick<RunningProxy, 'port'>,
): Record<string, string> {
  const env: Record<string, string> = proxy ? behindProxy(world, proxy) : overrides(world, regional);
  const tokenFile = join(world.folder, 'deployer-access-token');
  writeFileSync(tokenFile, seeded.deployerToken, { mode: 0o600 });
  const ownerFile = join(world.folder, 'owner-credentials.json');
  writeFileSync(ownerFile, JSON.stringify(logInUser(world, owner)), { mode: 0o600 });
  return {
    ...env,
    ACTIONS_ID_TOKEN_REQUEST_URL: `${world.urls.get('oidc')}/token?api-version=2.0`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: seeded.requestToken,
    GITHUB_API_URL: world.urls.get('github') as string,
    CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: tokenFile,
    CLOUDSDK_CORE_PROJECT: world.project,
    WORKLOAD_IDENTITY_PROVIDER: seeded.provider,
    SERVICE_ACCOUNT: seeded.deployer,
    INVOKER_SERVICE_ACCOUNT: seeded.invoker,
    READER_SERVICE_ACCOUNT: seeded.reader,
    OWNER_CREDENTIALS_FILE: ownerFile,
  };
}

/** The same of an empty project: its owner in place of the accounts and the provider that it does not have. */
export function ownersEnvironment(world: World, env: Record<string, string>): Record<string, string> {
  const {
    WORKLOAD_IDENTITY_PROVIDER: _,
    SERVICE_ACCOUNT: __,
    INVOKER_SERVICE_ACCOUNT: ___,
    READER_SERVICE_ACCOUNT: ____,
    ...left
  } = env;
  const file = join(world.folder, 'owner-access-token');
  writeFileSync(file, ownerToken(world), { mode: 0o600 });
  return { ...left, CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: file };
}
