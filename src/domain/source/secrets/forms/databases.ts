import { isPlaceholder } from '../placeholder.ts';
import type { SecretForm } from './form.ts';

const schemes = ['postgres', 'postgresql', 'mysql', 'mariadb', 'mongodb', 'mongodb+srv', 'redis', 'rediss'];
const others = ['amqp', 'amqps', 'mssql', 'sqlserver', 'clickhouse', 'cockroachdb', 'nats', 'snowflake'];

/** Words of passwords and hosts in documents and tests. */
const word =
  /pass|secret|example|change|postgres|mysql|admin|root|test|guest|demo|user|your|foo|bar|redis|mongo|local/i;
const nowhere =
  /^(localhost|127\.|0\.0\.0\.0|\[?::1)|(^|\.)(example|test|local|localhost|invalid)$|(^|\.)(example|host|hostname|server|domain|acme|your[\w-]*|my[\w-]*|foo|bar)\.(com|org|net|io|dev)$|^host\.docker\./i;

function isPassword(text: string, user: string): boolean {
  if (text.length < 8 || text === user || isPlaceholder(text) || /[${}<>]/.test(text)) return false;
  if (word.test(text) || /12345|x{4}|\*{3}|\.{3}/i.test(text)) return false;
  return [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/].filter((kind) => kind.test(text)).length > 1;
}

/** A host that others can reach. A name without a dot is a neighbour in a test or in a compose file. */
const isHost = (host: string) => host.includes('.') && !nowhere.test(host);

/** Addresses of databases with a password, of any driver: `postgresql+asyncpg://user:password@host`. */
export const databases: readonly SecretForm[] = [
  {
    what: 'the password of a database, in its address',
    markers: [...schemes, ...others]
      .map((scheme) => `${scheme}://`)
      .concat('postgresql+', 'mysql+', 'mssql+'),
    form: /(?<![A-Za-z0-9])[a-z]+(?:\+[a-z0-9]+)?:\/\/([^\s:/@"'`<>]*):([^\s/@"'`<>]+)@(\[[0-9a-f:]+\]|[\w.-]+)/y,
    holds: ([, user = '', password = '', host = '']) => isPassword(password, user) && isHost(host),
  },
  {
    what: 'the password of a database, in a connection string',
    markers: ['Password=', 'password=', 'Pwd=', 'PWD='],
    form: /(?<=(?:server|data source|host|addr(?:ess)?)\s*=\s*(?:tcp:)?([\w.-]+)(?:,\d+)?;[^\n"']{0,150})(?:password|pwd)=([^;"'\s]+);?/iy,
    holds: ([, host = '', password = '']) => isPassword(password, '') && isHost(host),
  },
];
