import { defineSource } from '../definition.ts';

export const logs = defineSource({
  sentence: 'the request logs of Cloud Run',
  inputs: {},
  readsFields: true,
  ofGoogle: 'logs',
  settings: () => undefined,
  open: async (world) => (await import('./source.ts')).createLogging(world),
});
