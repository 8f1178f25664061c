// jest transformer: Node's own type stripping, no compiler. Types are checked by `npm run typecheck`.
import { stripTypeScriptTypes } from 'node:module';

export default {
  process: (source, path) => ({ code: path.endsWith('.ts') ? stripTypeScriptTypes(source) : source }),
};
