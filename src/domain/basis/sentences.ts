import type { Basis, Endpoint } from './basis.ts';

const callers = { actions: 'GHA_ENDPOINT_OVERRIDE', gcloud: 'CLOUDSDK_API_ENDPOINT_OVERRIDES' } as const;

/** What the verdict rests on, one sentence for each thing, the most important first. */
export function basisSentences(basis: Basis): string[] {
  const { universe, proxy, trust } = basis;
  const sentences: string[] = [];
  for (const user of ['actions', 'gcloud'] as const)
    sentences.push(...endpointSentences(basis.endpoints, user));
  if (universe)
    sentences.push(
      `The universe is ${universe.domain}, not googleapis.com (set by ${universe.from === 'input' ? 'the input universe' : 'GOOGLE_CLOUD_UNIVERSE_DOMAIN of an earlier step'}).`,
    );
  for (const name of trust) sentences.push(trustSentence(name));
  if (proxy) sentences.push(`Calls go through the proxy ${proxy.host} (${proxy.from}).`);
  if (basis.credentials_file)
    sentences.push(`An earlier step wrote the credentials file of the login: ${basis.credentials_file}.`);
  if (basis.open_command)
    sentences.push(
      `The local function was not isolated from the job${basis.open_command.chosen ? ' (isolation: none)' : ''}: it could read tokens of other processes.`,
    );
  return sentences;
}

/** One sentence for each host. */
function endpointSentences(all: readonly Endpoint[], user: Endpoint['used_by']): string[] {
  const own = all.filter((endpoint) => endpoint.used_by === user);
  return [...new Set(own.map(({ host }) => host))].map((host) => {
    const apis = own.filter((endpoint) => endpoint.host === host).map(({ api }) => api);
    const here = own.some((endpoint) => endpoint.host === host && endpoint.loopback);
    const who = user === 'actions' ? '' : ' for gcloud';
    return `${apis.join(', ')} ${apis.length === 1 ? 'answers' : 'answer'}${who} at ${host}${here ? ' (this machine)' : ''}, not at Google (${callers[user]}_*).`;
  });
}

function trustSentence(name: string): string {
  if (name === 'NODE_TLS_REJECT_UNAUTHORIZED=0')
    return 'Certificates are not checked (NODE_TLS_REJECT_UNAUTHORIZED=0), so any server can answer in the name of Google.';
  if (name === 'NODE_OPTIONS')
    return 'NODE_OPTIONS is set, so an earlier step may have added code to this action.';
  return `Certificates of ${name} are trusted as well.`;
}
