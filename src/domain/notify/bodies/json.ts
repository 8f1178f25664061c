import type { Json } from '../../data/json.ts';
import { noteSchema } from '../../product.ts';
import type { Note } from '../note.ts';

/** The plain form, for a program of the user's. Fields that are not known are absent. */
export function jsonBody({ event, action, at, mood: _, ...rest }: Note): Json {
  const known = JSON.parse(JSON.stringify(rest)) as Record<string, Json>;
  return { schema: noteSchema, event, action, at, ...known };
}
