import { ReleaseError } from '../domain/errors.ts';
import type { Action } from './run.ts';

export const release: Action = async () => {
  throw new ReleaseError('internal', { what: 'Not built yet.' });
};

export const releasePost: Action = async () => {
  throw new ReleaseError('internal', { what: 'Not built yet.' });
};
