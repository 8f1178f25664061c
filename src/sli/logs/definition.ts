import { defineSource } from '../definition.ts';

export const logs = defineSource({
  sentence: 'the request logs of Cloud Run',
  inputs: {},
  readsFields: true,
  ofGoogle: 'logs',
  settings: () => undefined,
  open: async (world) => {
    const { createLogging } = await import('./source.ts');
    return {
      ...createLogging(world),
      // Few objectives are by what the code logs, and only their budget needs the client of Cloud Monitoring.
      fieldTotal: async (...asked) => {
        const { createFieldTotals } = await import('../metrics/field-totals.ts');
        return createFieldTotals(world)(...asked);
      },
    };
  },
});
