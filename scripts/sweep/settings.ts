import { runState, type Service } from '../../sandbox/run/model.ts';
import type { ReleaseWorld } from '../../test/support/release-world.ts';
import type { Cell, Scenario } from './cells.ts';

/**
 * Settings of the service that traffic does not carry. Every release of the sweep changes some of them; if it is taken
 * back, all of them must be as they were.
 */

const fields = [
  'ingress',
  'invokerIamDisabled',
  'iapEnabled',
  'defaultUriDisabled',
  'scaling',
  'customAudiences',
  'labels',
  'description',
] as const;

export type Settings = Pick<Service, (typeof fields)[number]>;

const serviceOf = (world: ReleaseWorld, name: string): Service | undefined =>
  [...runState(world.sandbox.world).services.values()].find(({ id }) => id === name);

/** The settings now, in copies. */
export function settingsOf(world: ReleaseWorld, name: string): Settings | undefined {
  const service = serviceOf(world, name);
  return (
    service &&
    (Object.fromEntries(fields.map((field) => [field, structuredClone(service[field])])) as Settings)
  );
}

/** The function gets requests of users all the time, so its ingress must stay open. */
const staysOpen = (scenario: Scenario) => scenario === 'regresses' || scenario === 'first';

/** What an operator has set before the release. */
export function operate(world: ReleaseWorld, name: string, { scenario, call }: Cell): void {
  const service = serviceOf(world, name);
  if (!service) return;
  service.scaling = { minInstanceCount: 1 + (call % 3) };
  service.description = `before call ${call}`;
  if (!staysOpen(scenario)) service.ingress = 'INGRESS_TRAFFIC_INTERNAL_ONLY';
}

/** What the release changes. The smoke test comes from outside, so the release opens ingress. */
export const settingInputs = ({
  scenario,
  call,
}: Pick<Cell, 'scenario' | 'call'>): Record<string, string> => ({
  labels: `sweep=call-${call}`,
  ...(staysOpen(scenario) ? {} : { ingress_settings: 'ALLOW_ALL' }),
});

/** The settings that are not as they were, in words. */
export const settingsLost = (before: Settings, now: Settings | undefined): string[] =>
  fields
    .filter((field) => JSON.stringify(before[field]) !== JSON.stringify(now?.[field]))
    .map(
      (field) =>
        `${field} is ${JSON.stringify(now?.[field])}, before the release it was ${JSON.stringify(before[field])}`,
    );
