import { defineSource } from '../definition.ts';

export const metrics = defineSource({
  sentence: 'the metrics of Cloud Run, minutes late',
  inputs: {},
  ofGoogle: 'metrics',
  settings: () => undefined,
  problems: (_, { probes }) =>
    probes
      ? [
          {
            inputs: ['probes_per_minute'],
            problem: 'metrics count test requests as users, so expected source auto or logs',
          },
        ]
      : [],
  open: async (world) => (await import('./source.ts')).createMonitoring(world),
});
