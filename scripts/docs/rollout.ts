import { rolloutPage } from '../../src/domain/release/diagram.ts';

/** Writes docs/release/rollout.md from the table of the state machine. */
export const generate = () => ({ 'docs/release/rollout.md': rolloutPage() });
