/** Who can call the function: only invited callers, everyone, or the guard could not find out. */
export type Exposure = 'private' | 'public' | 'unknown';

/** `partial`: the guard could not read everything that could make the function public. */
export type Proof = 'complete' | 'partial';
