// A transformer for jest that uses Node's own type stripping instead of a compiler. `npm run typecheck` checks the types.
import { stripTypeScriptTypes } from 'node:module';

export default {
  process: (source, path) => ({ code: path.endsWith('.ts') ? stripTypeScriptTypes(source) : source }),
};
