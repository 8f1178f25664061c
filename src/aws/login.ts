import { type Claims, claimText, decodeClaims } from '../domain/login/claims.ts';
import { slug } from '../domain/product.ts';
import type { AwsError } from './errors.ts';
import type { AwsCredentials } from './sigv4.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** The keys that an earlier step left in the environment, as aws-actions/configure-aws-credentials does. */
export function keysOf(env: Env): AwsCredentials | undefined {
  const accessKeyId = env.AWS_ACCESS_KEY_ID?.trim();
  const secretAccessKey = env.AWS_SECRET_ACCESS_KEY?.trim();
  if (!accessKeyId || !secretAccessKey) return undefined;
  return { accessKeyId, secretAccessKey, sessionToken: env.AWS_SESSION_TOKEN?.trim() || undefined };
}

export const regionOf = (env: Env): string | undefined =>
  env.AWS_REGION?.trim() || env.AWS_DEFAULT_REGION?.trim() || undefined;

/** The name at the end of `arn:aws:iam::123456789012:role/path/reader`. */
export const roleName = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

/** A policy that allows these actions on everything, in JSON. */
export const policyOf = (actions: string | readonly string[]) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }],
  });

/** What a session is for. It may do nothing else, whatever the role allows. */
export interface AwsPurpose {
  /** A policy in JSON. */
  policy: string;
  /** Its name in a role. AWS replaces a policy of the same name, so every purpose has its own. */
  policyName: string;
  /** The input that names the role. */
  roleInput: string;
  /** The input that names the region. */
  regionInput: string;
  /** What is read, for messages. */
  reads: string;
  /** The actions to allow, for messages. */
  actions: string;
}

export const readsMetrics: AwsPurpose = {
  policy: policyOf('cloudwatch:GetMetricData'),
  policyName: `${slug}-reads-metrics`,
  roleInput: 'cloudwatch_role',
  regionInput: 'cloudwatch_region',
  reads: 'metrics',
  actions: 'cloudwatch:GetMetricData',
};

const prometheusActions = ['aps:QueryMetrics', 'aps:GetSeries', 'aps:GetLabels'];
export const readsPrometheus: AwsPurpose = {
  policy: policyOf(prometheusActions),
  policyName: `${slug}-reads-prometheus`,
  roleInput: 'prometheus_role',
  regionInput: 'prometheus_url',
  reads: 'Amazon Managed Service for Prometheus',
  actions: prometheusActions.join(', '),
};

const githubIssuer = 'https://token.actions.githubusercontent.com';

/** The issuer of the token of this job. A GitHub Enterprise Server has its own. It goes into a command, so it has to be a plain URL. */
const issuerOf = (claims: Claims | undefined): string => {
  const issuer = claimText(claims, 'iss');
  return issuer !== undefined && /^https:\/\/[a-z0-9.-]+(:\d{1,5})?(\/[\w./-]+)?$/i.test(issuer)
    ? issuer
    : githubIssuer;
};

/** The ARN that IAM gives to the identity provider of an issuer: account and partition are those of the role. */
const providerOf = (role: string, issuer: string): string =>
  role.replace(/:role\/.*$/, `:oidc-provider/${issuer.replace(/^https:\/\//, '')}`);

export interface AwsExplanation {
  why: string;
  fix: string;
  commands?: string[];
}

/** Why STS gave no session for a role, and what repairs it. `token` is the one that STS refused. */
export function explainAssume(
  { awsCode, awsMessage }: AwsError,
  role: string,
  token?: string,
): AwsExplanation {
  const claims = token === undefined ? undefined : decodeClaims(token);
  const issuer = issuerOf(claims);
  const subject = claimText(claims, 'sub');
  const seeTrust = `aws iam get-role --role-name ${roleName(role)} --query Role.AssumeRolePolicyDocument`;
  if (awsCode === 'InvalidIdentityToken' && /No OpenIDConnect provider/i.test(awsMessage))
    return {
      why: 'The AWS account has no identity provider for GitHub.',
      fix: 'Create it once for each account:',
      commands: [`aws iam create-open-id-connect-provider --url ${issuer} --client-id-list ${audience}`],
    };
  if (awsCode === 'InvalidIdentityToken' && /audience/i.test(awsMessage))
    return {
      why: `The identity provider of the AWS account does not accept the audience ${audience}.`,
      fix: 'Add it to the provider:',
      commands: [
        `aws iam add-client-id-to-open-id-connect-provider --open-id-connect-provider-arn ${providerOf(role, issuer)} --client-id ${audience}`,
      ],
    };
  if (awsCode === 'AccessDenied')
    return {
      why: 'The trust policy of the role does not admit this run, or there is no such role.',
      fix: `Compare the conditions of its trust policy with the claim sub of GitHub's token${subject ? `, which is ${subject}` : ''}:`,
      commands: [seeTrust],
    };
  if (awsCode === 'PackedPolicyTooLarge' || awsCode === 'MalformedPolicyDocument')
    return {
      why: 'AWS does not take the policy that limits the session to reading counts.',
      fix: 'Report this, with the message of AWS.',
    };
  return {
    why: 'AWS did not accept the identity of this run.',
    fix: 'Look at the trust policy of the role.',
  };
}

/** The audience of GitHub's token that AWS expects by default, and that configure-aws-credentials uses. */
export const audience = 'sts.amazonaws.com';

/** Why the counts may not be read, and what repairs it. */
export function explainDenied(
  { awsCode }: AwsError,
  role: string | undefined,
  { policy, policyName, roleInput, regionInput, reads, actions }: AwsPurpose = readsMetrics,
): AwsExplanation {
  if (awsCode === 'OptInRequired')
    return {
      why: 'The region is not enabled for this AWS account.',
      fix: `Set ${regionInput} to the region of the metrics, or enable the region.`,
    };
  if (awsCode !== 'AccessDenied' && awsCode !== 'NotAuthorized' && awsCode !== 'UnauthorizedOperation')
    return {
      why: 'AWS does not know these keys, or their signature does not fit them.',
      fix: `Log in again in the step before this one, or set ${roleInput}.`,
    };
  if (role === undefined)
    return {
      why: `The credentials of the earlier step may not read ${reads}.`,
      fix: `Allow their role ${actions} on the resource "*".`,
    };
  return {
    why: `The role may not read ${reads}.`,
    fix: 'Allow it:',
    commands: [
      `aws iam put-role-policy --role-name ${roleName(role)} --policy-name ${policyName} --policy-document '${policy}'`,
    ],
  };
}
