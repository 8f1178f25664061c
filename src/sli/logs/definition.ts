import { defineSource } from '../definition.ts';

export const logs = defineSource({
  sentence: 'the request logs of Cloud Run',
  inputs: {},
  readsFields: true,
  ofGoogle: 'logs',
  settings: () => undefined,
  open: async (world) => {
    const [{ createLogging }, { createFieldTotals }] = await Promise.all([
      import('./source.ts'),
      import('../metrics/field-totals.ts'),
    ]);
    return { ...createLogging(world), fieldTotal: createFieldTotals(world) };
  },
});
