import type { Refusal } from './signature.ts';
import { claimsOf } from './token-claims.ts';

/** A role of an AWS account: who may assume it, and the policies that are written into it. */
export interface AwsRole {
  arn: string;
  trust: Document;
  /** Inline policies by name. */
  policies: Map<string, Document>;
}

interface Statement {
  Effect: 'Allow' | 'Deny';
  Action: string | string[];
  Resource?: string | string[];
  Principal?: { Federated?: string };
  Condition?: Record<string, Record<string, string | string[]>>;
}

interface Document {
  Version: string;
  Statement: Statement | Statement[];
}

const listOf = <T>(value: T | T[] | undefined): T[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

/** `*` stands for any characters, as in actions, resources and StringLike. */
const isLike = (text: string, pattern: string): boolean =>
  new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`, 'i').test(text);

const allows = (documents: readonly Document[], action: string): boolean =>
  documents
    .flatMap((document) => listOf(document.Statement))
    .some(({ Effect, Action }) => Effect === 'Allow' && listOf(Action).some((one) => isLike(action, one)));

const bare = (url: string) => url.replace(/^https:\/\//, '');

/**
 * What IAM keeps of one AWS account for a login with GitHub's token: identity providers with their audiences, and roles. Its calls and
 * the order of its refusals are those of the service model that AWS publishes with botocore, and of the user guide on
 * AssumeRoleWithWebIdentity. The signature of the token is not checked.
 */
export class AwsIdentity {
  readonly account = '123456789012';
  /** Audiences by the URL of the issuer. */
  readonly providers = new Map<string, string[]>();
  readonly roles = new Map<string, AwsRole>();

  /** A role that GitHub's tokens of some subjects may assume, and that may do some actions. */
  addRole(name: string, subjects: string, actions: readonly string[], issuer: string): AwsRole {
    const host = bare(issuer);
    const role: AwsRole = {
      arn: `arn:aws:iam::${this.account}:role/${name}`,
      trust: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Federated: this.providerArn(issuer) },
            Action: 'sts:AssumeRoleWithWebIdentity',
            Condition: { StringLike: { [`${host}:sub`]: subjects } },
          },
        ],
      },
      policies: new Map(
        actions.length === 0
          ? []
          : [
              [
                'of-the-account',
                {
                  Version: '2012-10-17',
                  Statement: [{ Effect: 'Allow', Action: [...actions], Resource: '*' }],
                },
              ],
            ],
      ),
    };
    this.roles.set(name, role);
    return role;
  }

  providerArn = (issuer: string): string => `arn:aws:iam::${this.account}:oidc-provider/${bare(issuer)}`;

  roleOf(arn: string): AwsRole | undefined {
    return [...this.roles.values()].find((role) => role.arn === arn);
  }

  /** Does a policy in JSON allow it? No policy limits nothing. */
  allows = (policy: string | undefined, action: string): boolean =>
    !policy || allows([JSON.parse(policy) as Document], action);

  may = (role: AwsRole, action: string): boolean => allows([...role.policies.values()], action);

  /** Why STS refuses a token for a role, or undefined. */
  refusalOf(arn: string, token: string): (Refusal & { status: number }) | undefined {
    const claims = claimsOf(token);
    const issuer = String(claims.iss ?? '');
    const audiences = this.providers.get(issuer);
    if (!audiences)
      return {
        ...{ status: 400, code: 'InvalidIdentityToken' },
        message: `No OpenIDConnect provider found in your account for ${issuer}`,
      };
    if (!listOf(claims.aud as string | string[]).some((one) => audiences.includes(one)))
      return { status: 400, code: 'InvalidIdentityToken', message: 'Incorrect token audience' };
    const role = this.roleOf(arn);
    const admits = listOf(role?.trust.Statement).some(
      ({ Effect, Principal, Condition = {} }) =>
        Effect === 'Allow' &&
        Principal?.Federated === this.providerArn(issuer) &&
        Object.entries(Condition).every(([, tests]) =>
          Object.entries(tests).every(([key, wanted]) =>
            listOf(wanted).some((one) => isLike(String(claims[key.split(':').at(-1) ?? ''] ?? ''), one)),
          ),
        ),
    );
    return admits
      ? undefined
      : {
          ...{ status: 403, code: 'AccessDenied' },
          message: 'Not authorized to perform sts:AssumeRoleWithWebIdentity',
        };
  }

  /** A call of the IAM API. Returns the members of the result as XML, or a refusal. */
  call(form: URLSearchParams): string | (Refusal & { status: number }) {
    const text = (name: string) => form.get(name) ?? '';
    const role = this.roles.get(text('RoleName'));
    const missing = (what: string) => ({
      status: 404,
      code: 'NoSuchEntity',
      message: `${what} cannot be found.`,
    });
    const taken = (what: string) => ({
      status: 409,
      code: 'EntityAlreadyExists',
      message: `${what} already exists.`,
    });
    switch (text('Action')) {
      case 'CreateOpenIDConnectProvider': {
        const url = text('Url');
        if (this.providers.has(url)) return taken(`Provider with url ${url}`);
        this.providers.set(url, members(form, 'ClientIDList'));
        return `<OpenIDConnectProviderArn>${this.providerArn(url)}</OpenIDConnectProviderArn>`;
      }
      case 'AddClientIDToOpenIDConnectProvider': {
        const arn = text('OpenIDConnectProviderArn');
        const found = [...this.providers].find(([url]) => this.providerArn(url) === arn);
        if (!found) return missing(`OpenIDConnect Provider ${arn}`);
        if (!found[1].includes(text('ClientID'))) found[1].push(text('ClientID'));
        return '';
      }
      case 'GetRole': {
        if (!role) return missing(`The role with name ${text('RoleName')}`);
        return `<Role><Path>/</Path><RoleName>${text('RoleName')}</RoleName><RoleId>AROAEXAMPLEEXAMPLE000</RoleId><Arn>${role.arn}</Arn><CreateDate>2026-01-01T00:00:00Z</CreateDate><AssumeRolePolicyDocument>${encodeURIComponent(JSON.stringify(role.trust))}</AssumeRolePolicyDocument></Role>`;
      }
      case 'PutRolePolicy': {
        if (!role) return missing(`The role with name ${text('RoleName')}`);
        role.policies.set(text('PolicyName'), JSON.parse(text('PolicyDocument')) as Document);
        return '';
      }
      default:
        return { status: 400, code: 'InvalidAction', message: `Could not find operation ${text('Action')}` };
    }
  }

  /** Everything that a repair could change, as lines. */
  lines(): string[] {
    return [
      ...[...this.providers].flatMap(([url, audiences]) => audiences.map((one) => `provider ${url} ${one}`)),
      ...[...this.roles.values()].flatMap(({ arn, trust, policies }) => [
        `trust ${arn} ${JSON.stringify(trust)}`,
        ...[...policies].map(([name, document]) => `policy ${arn} ${name} ${JSON.stringify(document)}`),
      ]),
    ];
  }
}

const members = (form: URLSearchParams, list: string): string[] =>
  [...form].filter(([name]) => name.startsWith(`${list}.member.`)).map(([, value]) => value);
