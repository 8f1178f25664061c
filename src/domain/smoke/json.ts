/** JSON as a suite's template or an answer holds it. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
