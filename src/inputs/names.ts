import { functionPattern } from '../domain/data/resource-name.ts';

/** Forms of the names that say which function an action works on. */

export const functionName = {
  pattern: functionPattern,
  expected:
    'the name of a function: a lower-case letter, then letters, digits, hyphens or underscores, at most 63',
};

export const regionName = { pattern: /^[a-z]+-[a-z]+\d+$/, expected: 'a region such as us-central1' };
