import { ReleaseError } from '../domain/errors.ts';
import type { Action } from './run.ts';

export const watch: Action = async () => {
  throw new ReleaseError('internal', { what: 'Not built yet.' });
};
