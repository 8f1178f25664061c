import { invalidArgument, notFound } from '../core/errors.ts';
import type { World } from '../core/state.ts';
import type { ApiDefinition, Route } from '../core/types.ts';
import { functionState } from '../functions/model.ts';
import { runState } from '../run/model.ts';
import { Load, type LoadRequest } from './load.ts';

function check(value: Record<string, unknown>): LoadRequest {
  const { function: name, region, rps, seconds, in_flight } = value;
  if (typeof name !== 'string')
    throw invalidArgument('load: "function" is missing: the id of a function or of a service.');
  if (region !== undefined && typeof region !== 'string')
    throw invalidArgument('load: "region" must be a region.');
  if (typeof rps !== 'number' || !(rps > 0 && rps <= 1000))
    throw invalidArgument('load: "rps" must be a number above 0 and at most 1000.');
  if (seconds !== undefined && !(typeof seconds === 'number' && seconds > 0))
    throw invalidArgument('load: "seconds" must be a number above 0.');
  if (in_flight !== undefined && !(Number.isInteger(in_flight) && (in_flight as number) > 0))
    throw invalidArgument('load: "in_flight" must be a whole number above 0.');
  const known = [
    'function',
    'region',
    'rps',
    'seconds',
    'in_flight',
    'method',
    'path',
    'body',
    'contentType',
    'files',
  ];
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown) throw invalidArgument(`load: unknown "${unknown}"; known are ${known.join(', ')}.`);
  return value as unknown as LoadRequest;
}

/** `POST /load` starts a load, `GET /load` and `GET /load/ID` show loads, `DELETE /load` stops all of them. */
export function loadApis(world: World): ApiDefinition[] {
  const loads: Load[] = [];
  world.onStop.push(() => {
    for (const load of loads) load.close();
  });
  const route = (method: string, pattern: string, handle: Route['handle']): Route => ({
    method,
    pattern,
    authenticated: false,
    handle,
  });
  const routes = [
    route('POST', '/load', (call) => {
      const asked = check(call.json());
      const isAsked = ({ id, location }: { id: string; location: string }) =>
        id === asked.function && (asked.region ?? location) === location;
      const fn = [...functionState(world).functions.values()].find(isAsked);
      const { services } = runState(world);
      const service = fn ? services.get(fn.service) : [...services.values()].find(isAsked);
      if (!service)
        throw notFound(
          `load: there is no function or service ${asked.function}${asked.region ? ` in ${asked.region}` : ''}.`,
        );
      const load = new Load(world, asked, service);
      loads.push(load);
      return { status: 200, body: load.show() };
    }),
    route('GET', '/load', () => ({ status: 200, body: { loads: loads.map((load) => load.show()) } })),
    route('GET', '/load/:id', (_call, { id }) => {
      const load = loads.find((candidate) => candidate.id === id);
      if (!load) throw notFound(`load: there is no load ${id}.`);
      return { status: 200, body: load.show() };
    }),
    route('DELETE', '/load', () => {
      for (const load of loads) load.stop();
      return { status: 200, body: { loads: loads.map((load) => load.show()) } };
    }),
  ];
  return [{ name: 'control', routes }];
}
