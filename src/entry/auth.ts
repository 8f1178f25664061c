import { ReleaseError } from '../domain/errors.ts';
import type { Action } from './run.ts';

export const auth: Action = async () => {
  throw new ReleaseError('internal', { what: 'Not built yet.' });
};

export const authPost: Action = async () => {
  throw new ReleaseError('internal', { what: 'Not built yet.' });
};
