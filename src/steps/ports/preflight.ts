import type { Reading } from '../../domain/exposure/facts.ts';
import type { ImageAnswer } from '../../domain/image/image.ts';
import type { ReaderBinding, RepositoryName } from '../../domain/image/reader.ts';
import type { Deployed } from './target.ts';

/** What a preflight reads. Failures are values; only an error of the login and a cancelled run are thrown. */
export interface PreflightSources {
  /** What is deployed. The cause `absent` means that it does not exist. Every error except a refusal is thrown. */
  describe(name: string, signal?: AbortSignal): Promise<Reading<Deployed>>;
  /**
   * Which of the permissions are held on a project, function, service or service account, by its full name.
   * @param bearer a token of another identity to ask for
   */
  held(
    resource: string,
    permissions: readonly string[],
    signal?: AbortSignal,
    bearer?: string,
  ): Promise<Reading<string[]>>;
  /** The APIs among `services` that the project does not use. */
  disabled(project: string, services: readonly string[], signal?: AbortSignal): Promise<Reading<string[]>>;
  /** The regions in which the project has a function, or a service, of this name. */
  regionsOf(
    project: string,
    name: string,
    what: 'function' | 'service',
    signal?: AbortSignal,
  ): Promise<Reading<string[]>>;
  /** Whether the container image can be deployed. */
  image(image: string, signal?: AbortSignal): Promise<Reading<ImageAnswer>>;
  /** The bindings of a repository of images and of its project. */
  readersOf(repository: RepositoryName, signal?: AbortSignal): Promise<Reading<ReaderBinding[]>>;
  projectNumber(project: string, signal?: AbortSignal): Promise<Reading<string>>;
}

/**
 * Who answered a call of the service: the function itself, or Google's front end, because the caller lacks the role
 * (`invoker`) or because this runner is outside of the network (`ingress`).
 */
export type CallAnswer = 'function' | 'invoker' | 'ingress';

/** The caller of the function, and what can be learned about it. */
export interface PreflightCaller {
  /** Requests an ID token for the audience, as the smoke test does later. Throws if there is none. */
  idToken(audience: string, signal?: AbortSignal): Promise<string>;
  /** An access token of the account that calls. Throws if this identity may not get one. */
  accessToken(signal?: AbortSignal): Promise<string>;
  /** Calls the service once as this account. Undefined if nothing can be told. */
  call(url: string, signal?: AbortSignal): Promise<CallAnswer | undefined>;
}
