/** The time. Tests replace it with one that they move by hand. */
export interface Clock {
  /**
   * Milliseconds since the epoch, for moments that others compare: marks, log filters, `expires`. It follows Google's time and does
   * not jump if the clock of the machine is set. Only the login moves it, once, if that clock is wrong.
   */
  now(): number;
  /** Milliseconds from some moment on, for durations and deadlines. Nothing moves it, not even the login. */
  steady(): number;
  /** Rejects with the signal's reason as soon as the signal aborts. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}
