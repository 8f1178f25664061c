import { rolloutPage } from '../../src/domain/release/diagram.ts';

/** Writes docs/rollout.md from the table of the state machine. */
export const generate = () => ({ 'docs/rollout.md': rolloutPage() });
