import { describe, expect, test } from '@jest/globals';
import { dashboards } from './dashboards.ts';
import { facts, problemsOf } from './facts.ts';

/** Dashboards by the types that Grafana publishes. `npm run peers -- grafana --write` reads them again. */
const known = facts();

describe.each(Object.entries(dashboards()))('%s', (_, dashboard) => {
  test('has only fields and words that Grafana knows, and all that it needs', () => {
    expect(problemsOf(known, dashboard, 'dashboard.Dashboard')).toEqual([]);
  });

  test('every panel has a place of its own in the grid', () => {
    const { panels } = dashboard as {
      panels: { id: number; gridPos: { h: number; w: number; x: number; y: number } }[];
    };
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { h, w, x, y } }) =>
      Array.from({ length: h * w }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(panels.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true);
  });
});

test('a field, a word or a type that Grafana does not have is found', () => {
  const [dashboard] = Object.values(dashboards()) as [Record<string, unknown>];
  const broken = structuredClone(dashboard) as {
    panels: { fieldConfig: { defaults: { unit: unknown; thresholds: { mode: string } } }; limit?: number }[];
    title?: string;
  };
  const panel = broken.panels.find(({ fieldConfig }) => fieldConfig?.defaults.thresholds !== undefined);
  if (!panel) throw new Error('no panel has thresholds');
  panel.fieldConfig.defaults.unit = 5;
  panel.fieldConfig.defaults.thresholds.mode = 'relative';
  panel.limit = 1;
  const problems = problemsOf(known, broken, 'dashboard.Dashboard').join('\n');
  expect(problems).toMatch(/unit: expected string/);
  expect(problems).toMatch(/mode: expected one of absolute, percentage/);
  expect(problems).toMatch(/limit: dashboard\.Panel has no such field/);
});
