/** Written by `npm run docs` from the table of inputs. */

import { checkGroup } from '../groups/check.ts';
import { output } from '../groups/output.ts';

export const groups = [checkGroup, output];
