import type { Path } from '../data/locate.ts';
import type { Indicator } from './schema.ts';

/** What the reader of an objective knows of the rest of the file. */
export interface ObjectiveContext {
  file: string;
  indicators: ReadonlyMap<string, Indicator>;
  /** The types of the file's DataSources, by name. */
  dataSources: ReadonlyMap<string, string>;
  lineAt(path: Path): number;
  problem(path: Path, message: string): void;
}
