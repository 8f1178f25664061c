import { invalidArgument } from './errors.ts';
import { applySettings } from './settings.ts';
import type { World } from './state.ts';
import type { ApiDefinition, Fault, Route } from './types.ts';

/**
 * The control server, which lets a test or a person inspect the sandbox and change it. It needs no credential and
 * listens on loopback only. Other rooms add routes by returning an ApiDefinition named `control`.
 */
export function controlApi(world: World): ApiDefinition {
  const open = (method: string, pattern: string, handle: Route['handle']): Route => ({
    method,
    pattern,
    authenticated: false,
    handle,
  });
  return {
    name: 'control',
    maxBodyBytes: 1024 * 1024,
    routes: [
      open('GET', '/requests', ({ query }) => {
        const since = Number(query.get('since') ?? 0);
        const api = query.get('api');
        const shown = world.requests.slice(since).filter((request) => !api || request.api === api);
        return { status: 200, body: shown, headers: { 'x-total': String(world.requests.length) } };
      }),
      open('DELETE', '/requests', () => {
        world.requests.length = 0;
        return { status: 200, body: {} };
      }),
      open('GET', '/state', () => ({ status: 200, body: stateOf(world) })),
      open('GET', '/faults', () => ({ status: 200, body: { faults: world.faults.list() } })),
      open('POST', '/faults', (call) => {
        world.faults.add(checkFault(call.json()));
        return { status: 200, body: { faults: world.faults.list() } };
      }),
      open('DELETE', '/faults', () => {
        world.faults.clear();
        return { status: 200, body: {} };
      }),
      open('GET', '/settings', () => ({ status: 200, body: { ...world.settings, quirks: world.quirks } })),
      open('PATCH', '/settings', (call) => {
        applySettings(world, call.json());
        return { status: 200, body: { ...world.settings, quirks: world.quirks } };
      }),
    ],
  };
}

function stateOf(world: World): Record<string, unknown> {
  const views = [...world.views].map(([name, view]) => [name, view()] as const);
  return {
    project: world.project,
    projectNumber: world.projectNumber,
    region: world.region,
    folder: `folders/${world.folderId}`,
    organization: `organizations/${world.organizationId}`,
    settings: world.settings,
    quirks: world.quirks,
    urls: Object.fromEntries(world.urls),
    policies: Object.fromEntries(
      world.policies.resources().map((resource) => [resource, world.policies.get(resource)]),
    ),
    denyPolicies: Object.fromEntries(world.denyPolicies),
    disabledServices: [...world.disabledServices],
    problems: world.problems,
    ...Object.fromEntries(views),
  };
}

const numbers = ['nth', 'times'] as const;
const effects: Readonly<Record<string, readonly string[]>> = {
  status: ['number'],
  body: ['object', 'string'],
  headers: ['object'],
  delayMs: ['number'],
  reset: ['string', 'boolean'],
  hang: ['boolean'],
  malformed: ['boolean'],
  forMs: ['number'],
};

function checkFault(value: Record<string, unknown>): Fault {
  const wrong = (text: string) => invalidArgument(`fault: ${text}`);
  if (typeof value.api !== 'string')
    throw wrong('"api" is missing: the name of an API such as "run", or "*".');
  for (const name of numbers) {
    const number = value[name];
    if (number !== undefined && !(Number.isInteger(number) && (number as number) > 0))
      throw wrong(`"${name}" must be a whole number above 0.`);
  }
  const { fault } = value;
  if (typeof fault !== 'object' || fault === null || Object.keys(fault).length === 0)
    throw wrong('"fault" must say what happens.');
  for (const [name, content] of Object.entries(fault)) {
    const types = effects[name];
    if (!types) throw wrong(`unknown "${name}"; known are ${Object.keys(effects).join(', ')}.`);
    if (!types.includes(typeof content)) throw wrong(`"${name}" must be a ${types.join(' or a ')}.`);
  }
  return value as unknown as Fault;
}
