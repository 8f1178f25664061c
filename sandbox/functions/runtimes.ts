/** Google's runtime support schedule as of 2026-11-22: the dates of deprecation and of decommission. */
const schedule: [name: string, display: string, deprecation: string, decommission: string][] = [
  ['dotnet6', '.NET 6', '2024-11-12', '2025-11-12'],
  ['dotnet8', '.NET 8', '2026-11-10', '2027-05-10'],
  ['go121', 'Go 1.21', '2025-09-03', '2026-03-03'],
  ['go122', 'Go 1.22', '2026-01-28', '2026-07-28'],
  ['go123', 'Go 1.23', '2026-02-21', '2026-08-21'],
  ['java11', 'Java 11', '2024-10-31', '2025-10-31'],
  ['nodejs16', 'Node.js 16', '2024-01-30', '2025-01-30'],
  ['nodejs18', 'Node.js 18', '2025-04-30', '2025-10-30'],
  ['nodejs20', 'Node.js 20', '2026-04-30', '2026-10-30'],
  ['nodejs22', 'Node.js 22', '2027-04-30', '2027-10-31'],
  ['nodejs24', 'Node.js 24', '2028-04-30', '2028-10-31'],
  ['php81', 'PHP 8.1', '2025-12-31', '2026-06-30'],
  ['php82', 'PHP 8.2', '2026-12-31', '2027-06-30'],
  ['python37', 'Python 3.7', '2024-01-30', '2025-01-30'],
  ['python38', 'Python 3.8', '2024-10-14', '2025-10-14'],
  ['python39', 'Python 3.9', '2025-10-05', '2026-04-05'],
  ['python310', 'Python 3.10', '2026-10-04', '2027-04-04'],
  ['python311', 'Python 3.11', '2027-10-24', '2028-04-24'],
  ['python312', 'Python 3.12', '2028-10-02', '2029-04-02'],
  ['python313', 'Python 3.13', '2029-10-10', '2030-04-10'],
  ['python314', 'Python 3.14', '2030-10-10', '2031-04-10'],
  ['ruby32', 'Ruby 3.2', '2026-03-31', '2026-09-30'],
];

export interface Runtime {
  name: string;
  displayName: string;
  stage: 'GA' | 'DEPRECATED' | 'DECOMMISSIONED';
  warnings: string[];
  environment: 'GEN_2';
  deprecationDate: { year: number; month: number; day: number };
  decommissionDate: { year: number; month: number; day: number };
}

function date(text: string) {
  const [year = 0, month = 0, day = 0] = text.split('-').map(Number);
  return { year, month, day };
}

/** The answer of `runtimes.list` on a given day, `YYYY-MM-DD`. */
export function runtimesOn(day: string): Runtime[] {
  return schedule.map(([name, displayName, deprecation, decommission]) => {
    const stage = day >= decommission ? 'DECOMMISSIONED' : day >= deprecation ? 'DEPRECATED' : 'GA';
    const warnings =
      stage === 'DECOMMISSIONED'
        ? [
            `Runtime ${name} is decommissioned and no longer allowed. Please use the latest runtime version for Cloud Functions.`,
          ]
        : stage === 'DEPRECATED'
          ? [`Runtime ${name} is deprecated and will be decommissioned on ${decommission}.`]
          : [];
    return {
      name,
      displayName,
      stage,
      warnings,
      environment: 'GEN_2',
      deprecationDate: date(deprecation),
      decommissionDate: date(decommission),
    };
  });
}
