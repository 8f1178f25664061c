import { objectOf, textOf } from '../../domain/data/json.ts';
import { ask, type RegistryOptions } from './ask.ts';

const parameter = (challenge: string, name: string): string | undefined =>
  new RegExp(`[\\s,]${name}="([^"]{1,1000})"`, 'i').exec(challenge)?.[1];

/**
 * A token for what everyone may read, from where the registry's challenge says (distribution.github.io/distribution,
 * "Token Authentication"). It is asked for without any credential. Undefined if the registry gives none.
 */
export async function anonymousToken(
  options: RegistryOptions,
  challenge: string | undefined,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  if (challenge === undefined || !/^bearer\s/i.test(challenge)) return undefined;
  const realm = parameter(challenge, 'realm');
  if (realm === undefined || !URL.canParse(realm)) return undefined;
  const url = new URL(realm);
  for (const name of ['service', 'scope']) {
    const value = parameter(challenge, name);
    if (value !== undefined) url.searchParams.set(name, value);
  }
  const answer = await ask(options, url.href, { accept: 'application/json' }, signal);
  if (answer.status !== 200) return undefined;
  try {
    const body = objectOf(JSON.parse(answer.body.toString('utf8')));
    return textOf(body.token) ?? textOf(body.access_token);
  } catch {
    return undefined;
  }
}
