import { isRunnersOwn } from '../smoke/command-environment.ts';
import { splitCommand } from '../smoke/command-line.ts';
import { custom } from './kind.ts';

/** A program and its arguments. They may hold a secret, so nothing shows them. */
export const programLine = custom('a program and its arguments', splitCommand, 'hidden');

export const variableName = custom(
  'the name of an environment variable',
  (value) => {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(value))
      throw new Error('expected the name of an environment variable');
    if (isRunnersOwn(value))
      throw new Error(
        'expected no variable that the runner keeps for its actions (ACTIONS_, INPUT_, STATE_)',
      );
    return value;
  },
  'value',
);
