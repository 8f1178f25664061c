/**
 * Google's schedule of runtimes as of 2026-11-22 (cloud.google.com/functions/docs/runtime-support), for checks that have no
 * login. With a login, the live list speaks first (`runtimes.ts`).
 */
export const scheduleDate = '2026-11-22';

const schedule: readonly (readonly [runtimes: string, deprecation: string, decommission: string])[] = [
  ['python37 nodejs6 nodejs8 nodejs10 nodejs12 nodejs14 nodejs16', '2024-01-30', '2025-01-30'],
  ['python38', '2024-10-14', '2025-10-14'],
  ['python39', '2025-10-05', '2026-04-05'],
  ['python310', '2026-10-04', '2027-04-04'],
  ['python311', '2027-10-24', '2028-04-24'],
  ['python312', '2028-10-02', '2029-04-02'],
  ['python313', '2029-10-10', '2030-04-10'],
  ['python314', '2030-10-10', '2031-04-10'],
  ['nodejs18', '2025-04-30', '2025-10-30'],
  ['nodejs20', '2026-04-30', '2026-10-30'],
  ['nodejs22', '2027-04-30', '2027-10-31'],
  ['nodejs24', '2028-04-30', '2028-10-31'],
  ['go111 go113 go116 go118 go119 go120', '2024-01-30', '2025-01-30'],
  ['go121', '2025-09-03', '2026-03-03'],
  ['go122', '2026-01-28', '2026-07-28'],
  ['go123', '2026-02-21', '2026-08-21'],
  ['java11', '2024-10-31', '2025-10-31'],
  ['ruby26 ruby27 ruby30', '2024-01-30', '2025-01-30'],
  ['ruby32', '2026-03-31', '2026-09-30'],
  ['php74', '2024-01-30', '2025-01-30'],
  ['php81', '2025-12-31', '2026-06-30'],
  ['php82', '2026-12-31', '2027-06-30'],
  ['dotnet3 dotnet6', '2024-11-12', '2025-11-12'],
  ['dotnet8', '2026-11-10', '2027-05-10'],
];

export type RuntimeState = 'supported' | 'ending' | 'deprecated' | 'decommissioned';

/** A runtime that is deprecated within these days is `ending`. */
const endingDays = 90;

/** What the dates of a runtime say on a day. All are ISO days. A date that is not known has not come. */
export function stateOn(
  { deprecation, decommission }: { deprecation: string | undefined; decommission: string | undefined },
  today: string,
): RuntimeState {
  const soon = new Date(Date.parse(`${today}T00:00:00Z`) + endingDays * 86_400_000)
    .toISOString()
    .slice(0, 10);
  const isOver = (date: string | undefined, day: string) => date !== undefined && date <= day;
  if (isOver(decommission, today)) return 'decommissioned';
  if (isOver(deprecation, today)) return 'deprecated';
  return isOver(deprecation, soon) ? 'ending' : 'supported';
}

export interface RuntimeEnd {
  state: RuntimeState;
  /** ISO days. */
  deprecation: string;
  decommission: string;
}

const rowOf = (name: string) => schedule.find(([names]) => names.split(' ').includes(name));

/** What the schedule says of a runtime on an ISO day. Undefined if it is not in the schedule. */
export function endOfRuntime(name: string, today: string): RuntimeEnd | undefined {
  const row = rowOf(name);
  if (!row) return undefined;
  const [, deprecation, decommission] = row;
  return { state: stateOn({ deprecation, decommission }, today), deprecation, decommission };
}

/** Runtimes that the schedule does not date yet, the newest of their language. */
const newestOf: Readonly<Record<string, string>> = {
  go: 'go126',
  java: 'java21',
  ruby: 'ruby34',
  php: 'php84',
  dotnet: 'dotnet8',
};

/** The runtime of the same language that is supported the longest. */
export function newestRuntime(name: string, today: string): string | undefined {
  const language = name.replace(/\d+$/, '');
  const dated = schedule
    .flatMap(([names, , decommission]) => names.split(' ').map((one) => ({ name: one, decommission })))
    .filter(
      (one) =>
        one.name.replace(/\d+$/, '') === language && endOfRuntime(one.name, today)?.state === 'supported',
    )
    .sort((a, b) => (a.decommission < b.decommission ? 1 : -1))[0]?.name;
  const known = dated ?? newestOf[language];
  return known === name ? undefined : known;
}
