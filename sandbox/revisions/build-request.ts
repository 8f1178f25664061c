/** The build failed because of the user's source. The message is what Cloud Build would say. */
export class BuildError extends Error {}

export interface BuildRequest {
  zip: Buffer;
  /** Where the build unpacks the source. The build creates the folder. */
  folder: string;
  runtime: string;
  /** The function to serve. Empty for a source that brings its own server. */
  entryPoint: string;
  /** Variables of the build, such as GOOGLE_FUNCTION_SOURCE. */
  variables?: Readonly<Record<string, string>>;
  signal: AbortSignal;
  onLine(line: string): void;
}

export const failed = (message: string): BuildError =>
  new BuildError(`Build failed with status: FAILURE and message: ${message}`);

/** Parses something that the user wrote. A problem fails the build. */
export function read<T>(what: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw failed(`${what}: ${(error as Error).message}`);
  }
}
