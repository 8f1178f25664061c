/** Configurations that are measured at most. Each is a revision. */
const trials = 32;
/** The error of the whole search, which its trials share. */
const error = 0.05;

export const defaults = { trials, maxCalls: 3000, error: error / trials, confidence: 1 - error } as const;
