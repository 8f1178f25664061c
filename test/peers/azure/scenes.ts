/** A look at an Azure Monitor workspace that fails and prints a repair, the repair pasted into a shell, and the same look again. */

export interface Credential {
  name: string;
  issuer: string;
  subject: string;
  audience: string;
}

/** What `az` of the reader shows and changes: one directory. */
export interface Directory {
  tenant: string;
  apps: Record<string, { displayName: string; credentials: Credential[] }>;
  /** Roles that apps hold on resources, as lines. */
  assignments: string[];
}

export interface AzureScene {
  /** The entry of ../repairs/printed that it pastes. */
  from: string;
  /** What differs from a look that works: the directory, or the tenant that the input names. */
  arrange(directory: Directory, inputs: { tenant: string }): void;
  why: RegExp;
  /** Each line of the directory that the repair adds. Nothing may go. */
  came: readonly RegExp[];
  /** What a person reads in the output, and then sets. */
  read?(shown: unknown, inputs: { tenant: string }): void;
}

export const app = '11111111-2222-3333-4444-555555555555';
export const home = '66666666-7777-8888-9999-000000000000';
/** Another directory, in which there is no app. */
export const foreign = '99999999-7777-8888-9999-000000000000';
export const issuer = 'https://token.actions.githubusercontent.com';
export const subject = 'repo:acme/ocr:environment:prod';
export const workspace = '/subscriptions/s-1/resourceGroups/eyes/providers/Microsoft.Monitor/accounts/counts';

export const azureScenes: readonly AzureScene[] = [
  {
    from: 'azure, no federated credential for this run',
    arrange: ({ apps }) => {
      // The branch may log in already, under a name that somebody gave.
      const credentials = apps[app]?.credentials ?? [];
      const [own] = credentials;
      if (own)
        credentials.splice(0, 1, { ...own, name: 'github', subject: 'repo:acme/ocr:ref:refs/heads/main' });
    },
    why: /no federated credential for this run \(repo:acme\/ocr:environment:prod\)/,
    came: [new RegExp(`^credential of ${app} .*${issuer} ${subject} api://AzureADTokenExchange$`)],
  },
  {
    from: 'azure, a tenant without the app',
    arrange: (_, inputs) => {
      inputs.tenant = foreign;
    },
    why: /has no app/,
    came: [],
    read: (shown, inputs) => {
      // The directory of the reader has it, so the input names another one.
      if (JSON.stringify(shown) !== JSON.stringify({ app, name: 'counts' }))
        throw new Error(`The command shows ${JSON.stringify(shown)}`);
      inputs.tenant = home;
    },
  },
  {
    from: 'azure, no such tenant',
    arrange: (_, inputs) => {
      inputs.tenant = 'misspelt.onmicrosoft.com';
    },
    why: /There is no tenant misspelt/,
    came: [],
    read: (shown, inputs) => {
      inputs.tenant = String(shown);
    },
  },
  {
    from: 'azure, a workspace that may not be read',
    arrange: ({ assignments }) => {
      assignments.length = 0;
    },
    why: /may not read this Azure Monitor workspace/,
    came: [new RegExp(`^Monitoring Data Reader on ${workspace} for ${app}$`)],
  },
];
