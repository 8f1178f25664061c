import { defineSource } from '../definition.ts';

export const auto = defineSource({
  sentence: 'request logs, and metrics if the logs cannot be read',
  inputs: {},
  readsFields: true,
  ofGoogle: 'auto',
  settings: () => undefined,
  // Metrics, which may take over, cannot tell test requests from users.
  besideProbes: 'logs',
  async open(world) {
    const [{ createFallback }, { createLogging }, { createMonitoring }] = await Promise.all([
      import('./source.ts'),
      import('../logs/source.ts'),
      import('../metrics/source.ts'),
    ]);
    const { clock, log } = world;
    return createFallback({ first: createLogging(world), second: createMonitoring(world), clock, log });
  },
});
