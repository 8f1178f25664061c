import type { ActionName } from '../domain/report/report.ts';

/** What action.yml says about an action apart from its inputs. Only the documentation reads it. */
export interface Manifest {
  action: ActionName;
  description: string;
  /** Feather icon for the Marketplace. */
  icon: string;
  /** Paths relative to action.yml. */
  main: string;
  post?: string;
  /** What each output is, in one sentence. */
  outputs: Readonly<Record<string, string>>;
}
