import { nearest } from '../data/nearest.ts';

export const hookKinds = ['slack', 'google-chat', 'teams', 'json'] as const;
export type HookKind = (typeof hookKinds)[number];

/** A webhook of the user. Its URL is a secret: whoever knows it can write into the channel. */
export interface Hook {
  kind: HookKind;
  url: string;
  /** Host and port, which may be named. */
  host: string;
  /** The key that signs the plain JSON. */
  secret?: string | undefined;
}

export const hooksForm =
  'one webhook a line: `slack URL`, `google-chat URL`, `teams URL` or `json URL secret=KEY`';

const mostHooks = 10;
const leastSecret = 16;

/** Hosts that say which kind a URL is. */
const hosts: readonly [RegExp, HookKind][] = [
  [/^hooks\.slack(-gov)?\.com$/, 'slack'],
  [/^chat\.googleapis\.com$/, 'google-chat'],
  [/\.(logic\.azure\.com|webhook\.office\.com|api\.powerplatform\.com)$/, 'teams'],
];

const isLoopback = (host: string) => host === '127.0.0.1' || host === '[::1]' || host === 'localhost';

/** The webhooks of the input `notify`. Empty lines and lines that begin with # are comments. No message quotes a line. */
export function parseHooks(text: string): Hook[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const hooks = lines.flatMap((line, index) => {
    if (line === '' || line.startsWith('#')) return [];
    try {
      return [parseHook(line.split(/\s+/))];
    } catch (error) {
      throw new Error(`${lines.length > 1 ? `line ${index + 1}: ` : ''}${(error as Error).message}`);
    }
  });
  if (hooks.length > mostHooks)
    throw new Error(`expected at most ${mostHooks} webhooks, found ${hooks.length}`);
  return hooks;
}

function parseHook(words: readonly string[]): Hook {
  const [first = '', ...rest] = words;
  const named = /^[a-z][\w-]*$/i.test(first);
  const kind = named ? kindOf(first) : undefined;
  const [address = '', ...settings] = named ? rest : words;
  const url = urlOf(address);
  const found = kind ?? hosts.find(([pattern]) => pattern.test(url.hostname))?.[1];
  if (!found) throw new Error(`expected the kind of the webhook before its URL: ${hookKinds.join(', ')}`);
  const secret = secretOf(settings, found);
  return { kind: found, url: url.href, host: url.host, ...(secret === undefined ? {} : { secret }) };
}

function kindOf(word: string): HookKind {
  const wanted = word.toLowerCase().replaceAll('_', '-');
  const kind = hookKinds.find((known) => known === wanted);
  if (kind) return kind;
  const near = word.length <= 20 ? nearest(wanted, hookKinds) : undefined;
  throw new Error(
    `expected one of ${hookKinds.join(', ')} before the URL${near === undefined ? '' : ` (did you mean ${near}?)`}`,
  );
}

function urlOf(text: string): URL {
  if (!URL.canParse(text)) throw new Error('expected the URL of a webhook');
  const url = new URL(text);
  if (url.username || url.password) throw new Error('expected a URL without user and password');
  // Whoever reads the URL on its way can write into the channel.
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))) return url;
  throw new Error('expected a URL that begins with https://');
}

function secretOf(settings: readonly string[], kind: HookKind): string | undefined {
  const [setting, ...more] = settings;
  if (setting === undefined) return undefined;
  const secret = /^secret=(.+)$/.exec(setting)?.[1];
  if (secret === undefined || more.length > 0) throw new Error('expected at most secret=KEY behind the URL');
  if (kind !== 'json')
    throw new Error('expected secret=KEY for json alone: the others do not check a signature');
  if (secret.length < leastSecret) throw new Error(`expected a key of at least ${leastSecret} characters`);
  return secret;
}

/** Everything in the text of `notify` that must stay secret: each URL, what follows its host, and each key. */
export function hookSecrets(text: string): string[] {
  return text.split(/\s+/).flatMap((word) => {
    if (word.startsWith('secret=')) return [word.slice('secret='.length)];
    if (!/^https?:\/\//i.test(word)) return [];
    const path = word.replace(/^https?:\/\/[^/]*/i, '');
    return [word, path, ...path.split(/[/?&]/).flatMap((part) => [part, part.replace(/^[^=]*=/, '')])];
  });
}

/** The host of each URL, which a message names. */
export const hookHosts = (text: string): string[] =>
  text.split(/\s+/).flatMap((word) => (URL.canParse(word) && new URL(word).host ? [new URL(word).host] : []));
