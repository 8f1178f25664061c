/** JSON as a suite's template or an answer holds it. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A value as JSON to be shown. An answer may be nested deeper than the engine can write it again. */
export function jsonText(value: Json): string {
  try {
    return JSON.stringify(value);
  } catch {
    return '(nested too deeply to be shown)';
  }
}
