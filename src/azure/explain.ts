import { type Claims, claimText } from '../domain/login/claims.ts';

/** What Entra answers in place of a token (https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes). */
export interface EntraError {
  /** Such as `invalid_client`. */
  error: string;
  /** Such as 700213, from error_codes or from AADSTS700213 in the description. */
  code: number | undefined;
  /** The first sentence of the description. */
  message: string;
}

export interface AzureExplanation {
  why: string;
  fix: string;
  commands?: string[];
}

/** The audience of GitHub's token that Entra expects, and that azure/login uses. */
export const audience = 'api://AzureADTokenExchange';

const plain = (text: string | undefined, pattern: RegExp) =>
  text !== undefined && pattern.test(text) ? text : undefined;

/** No federated credential of the app fits the token: its subject, issuer or audience differs. */
const unmatched = new Set([70021, 700211, 700212, 700213, 700222, 700223]);

/** Why Entra gave no token, and what repairs it. `claims`: those of GitHub's token, if it could be read. */
export function explainToken(
  { code }: EntraError,
  { tenant, client, claims }: { tenant: string; client: string; claims: Claims | undefined },
): AzureExplanation {
  if (code !== undefined && unmatched.has(code)) {
    // They go into a command, so they have to be plain.
    const subject = plain(claimText(claims, 'sub'), /^[\w@:./-]{1,300}$/);
    const issuer = plain(claimText(claims, 'iss'), /^https:\/\/[\w.-]+(?:\/[\w./-]+)?$/);
    const credential = JSON.stringify({
      // Unique within the app, which may have one for another branch or environment.
      name: (subject ?? 'github').replace(/[^A-Za-z0-9]+/g, '-').slice(0, 120),
      issuer: issuer ?? 'ISSUER',
      subject: subject ?? 'SUBJECT',
      audiences: [audience],
    });
    return {
      why: `The app ${client} has no federated credential for this run${subject ? ` (${subject})` : ''}.`,
      fix: 'Add one to the app:',
      commands: [`az ad app federated-credential create --id ${client} --parameters '${credential}'`],
    };
  }
  if (code === 700016 || code === 700025)
    return {
      why: `The tenant ${tenant} has no app ${client}${code === 700025 ? ' that may log in like this' : ''}.`,
      fix: 'Compare prometheus_client_id with the application id of the app, and prometheus_tenant_id with its directory:',
      commands: [`az ad app show --id ${client} --query '{app:appId,name:displayName}'`],
    };
  if (code === 90002 || code === 900023 || code === 90013)
    return {
      why: `There is no tenant ${tenant}.`,
      fix: 'Set prometheus_tenant_id to the directory id:',
      commands: ['az account show --query tenantId'],
    };
  if (code === 700024)
    return {
      why: "Entra took GitHub's token as expired, or as not valid yet.",
      fix: 'Look at the clock of the runner.',
    };
  if (code === 500011)
    return {
      why: `The tenant ${tenant} does not know Azure Monitor managed Prometheus.`,
      fix: 'Use the tenant of the subscription that holds the Azure Monitor workspace.',
    };
  return {
    why: 'Entra did not accept the identity of this run.',
    fix: 'Look at the sign-in logs of the app in the Entra admin centre.',
  };
}

/** Why the token may not read the workspace. */
export const explainWorkspace = (client: string): AzureExplanation => ({
  why: `The app ${client} may not read this Azure Monitor workspace. A new role takes effect after up to 30 minutes.`,
  fix: 'Give it the role on the workspace, whose resource id its page in the portal shows:',
  commands: [
    `az role assignment create --assignee ${client} --role 'Monitoring Data Reader' --scope WORKSPACE_RESOURCE_ID`,
  ],
});
