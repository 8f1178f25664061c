/** A note on the run's page, at a place in a file if it names one. */
export interface Annotation {
  level: 'error' | 'warning' | 'notice';
  /** The cause in a few words. */
  title: string;
  text: string;
  file?: string | undefined;
  line?: number | undefined;
}
