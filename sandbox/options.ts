import { defaultQuirks, type Quirks, type SandboxOptions } from './core/types.ts';

/** Options of the command line whose value is a number of milliseconds. */
const numbers = [
  'log-lag-ms',
  'metric-lag-ms',
  'build-ms',
  'traffic-settle-ms',
  'iam-propagation-ms',
] as const;
const texts = ['project', 'project-number', 'region', 'folder'] as const;

const camel = (name: string) => name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

export const usage = `npm run sandbox -- [options]
  --project ID, --project-number N, --region R
  --folder DIR               folder for uploads and sources (default: a temporary folder, removed at the end)
  --ports NAME=PORT,...      fixed ports, for example control=8080,run=8081
  ${numbers.map((name) => `--${name} N`).join('\n  ')}
  --quirk NAME=true|false    one line of docs/understand/unverified.md; may be repeated
  --monitors                 start AWS CloudWatch as well, which counts the requests to the functions
  --empty                    a new project: only its owner may enter, and env holds the owner's token
  --sample-reachability      after every write, check which function URLs an anonymous caller can reach
  --proxy                    stand behind a proxy that is the only way in, under Google's own names and with https
  --proxy-tls                the same, and the proxy itself speaks TLS
  --proxy-login USER:PASS    the same, and the proxy asks for this login
  --until-stdin-ends         stop when standard input ends, so that the sandbox does not outlive its parent`;

function assignment(text: string, option: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw new Error(`${option} "${text}" is wrong: expected NAME=VALUE.`);
  return [text.slice(0, at), text.slice(at + 1)];
}

function ports(value: string): Record<string, number> {
  const pairs = value.split(',').map((part) => assignment(part.trim(), '--ports'));
  return Object.fromEntries(
    pairs.map(([name, port]) => {
      if (!/^\d+$/.test(port) || Number(port) > 65535)
        throw new Error(`--ports ${name}=${port} is wrong: expected a port from 0 to 65535.`);
      return [name, Number(port)];
    }),
  );
}

/** Reads the command line. Throws an Error whose message is one sentence that a person can act on. */
export function parseOptions(argv: readonly string[]): SandboxOptions {
  const options: Record<string, unknown> = {};
  const quirks: Partial<Quirks> = {};
  for (let i = 0; i < argv.length; i++) {
    const name = (argv[i] as string).replace(/^--/, '');
    if (name === 'sample-reachability') {
      options.sampleReachability = true;
      continue;
    }
    if (name === 'empty') {
      options.empty = true;
      continue;
    }
    if (name === 'monitors') {
      options.monitors = true;
      continue;
    }
    if (name === 'proxy' || name === 'proxy-tls') {
      options.proxy = { ...(options.proxy as object), ...(name === 'proxy-tls' ? { tls: true } : {}) };
      continue;
    }
    // Only main.ts reads this option, because it concerns the process and not the sandbox's world.
    if (name === 'until-stdin-ends') continue;
    const known = [...numbers, ...texts, 'ports', 'quirk', 'proxy-login'] as readonly string[];
    if (!argv[i]?.startsWith('--') || !known.includes(name))
      throw new Error(
        `Unknown option "${argv[i]}"; known are ${[...known, 'proxy', 'proxy-tls', 'monitors', 'empty', 'sample-reachability'].map((option) => `--${option}`).join(', ')}.`,
      );
    const value = argv[++i];
    if (value === undefined) throw new Error(`--${name} needs a value.`);
    if (name === 'proxy-login') options.proxy = { ...(options.proxy as object), login: value };
    else if (name === 'ports') options.ports = ports(value);
    else if (name === 'quirk') {
      const [quirk, setting] = assignment(value, '--quirk');
      if (!Object.hasOwn(defaultQuirks, quirk))
        throw new Error(`--quirk "${quirk}" is unknown; known are ${Object.keys(defaultQuirks).join(', ')}.`);
      if (setting !== 'true' && setting !== 'false')
        throw new Error(`--quirk ${quirk}=${setting} is wrong: expected true or false.`);
      quirks[quirk as keyof Quirks] = setting === 'true';
    } else if ((texts as readonly string[]).includes(name)) options[camel(name)] = value;
    else {
      if (!/^\d+$/.test(value))
        throw new Error(`--${name} "${value}" is wrong: expected milliseconds as a whole number.`);
      options[camel(name)] = Number(value);
    }
  }
  return { ...options, quirks } as SandboxOptions;
}
