import { ReleaseError } from '../domain/errors.ts';
import type { Action } from './run.ts';

export const deploy: Action = async () => {
  throw new ReleaseError('internal', { what: 'Not built yet.' });
};
