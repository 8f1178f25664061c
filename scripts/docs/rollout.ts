import { rolloutPage } from '../../src/domain/release/diagram.ts';

/** docs/rollout.md is made from the state machine's table. */
export const generate = () => ({ 'docs/rollout.md': rolloutPage() });
