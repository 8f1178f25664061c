import type { World } from '../core/state.ts';
import type { ApiDefinition } from '../core/types.ts';
import { identityControl } from './control.ts';
import { accountRoutes } from './iam-accounts.ts';
import { denyRoutes } from './iam-deny.ts';
import { poolRoutes } from './iam-pools.ts';
import { roleRoutes } from './iam-roles.ts';
import { certsApi, iamCredentialsApi } from './iamcredentials.ts';
import { oauth2Api } from './oauth2.ts';
import { oidcApi } from './oidc.ts';
import { identitySettings } from './settings.ts';
import { stsApi } from './sts.ts';

/** GitHub's issuer, STS, IAM Credentials and IAM. */
export function identityApis(world: World): ApiDefinition[] {
  identitySettings(world);
  return [
    oidcApi(world),
    stsApi(world),
    oauth2Api(world),
    iamCredentialsApi(world),
    certsApi(world),
    {
      name: 'iam',
      routes: [...poolRoutes(world), ...accountRoutes(world), ...roleRoutes(world), ...denyRoutes(world)],
    },
    identityControl(world),
  ];
}
