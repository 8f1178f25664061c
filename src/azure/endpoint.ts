import { ReleaseError } from '../domain/errors/errors.ts';
import { isLoopback } from '../domain/proxy/no-proxy.ts';

/** The variable by which Azure's own libraries choose where to log in. */
const variable = 'AZURE_AUTHORITY_HOST';
const usual = 'https://login.microsoftonline.com';
/** Microsoft's login hosts of its public and its sovereign clouds. */
const hosts = new Set([
  'login.microsoftonline.com',
  'login.microsoftonline.us',
  'login.partner.microsoftonline.cn',
]);

/**
 * Where tokens of Entra come from. Whoever gets what is sent there can log in as this run, so a variable that an earlier step has set
 * may lead only to Microsoft, or to this machine while the whole run uses the sandbox.
 */
export function authority(env: Readonly<Record<string, string | undefined>>, sandbox: boolean): string {
  const text = env[variable]?.trim();
  if (!text) return usual;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const own = sandbox && url?.protocol === 'http:' && isLoopback(url.hostname);
  if (url && !url.username && (own || (url.protocol === 'https:' && hosts.has(url.hostname))))
    return url.origin;
  throw new ReleaseError('endpoint-refused', {
    what: `${variable} sends the login to ${url?.hostname ?? 'something that is not a URL'}, which is not Microsoft.`,
    why: 'Such a server gets the identity token of this run. A step of this job has set the variable.',
    fix: `Remove ${variable} from the environment of this step.`,
  });
}
