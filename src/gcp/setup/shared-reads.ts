import type { Rest, RestAnswer, RestCall } from '../../http/rest.ts';

/** Answers the same read once during one look: many grants are in one policy. */
export class SharedReads implements Rest {
  readonly #rest: Rest;
  readonly #answers = new Map<string, Promise<RestAnswer<unknown>>>();
  readonly endpoints: Rest['endpoints'];

  constructor(rest: Rest) {
    this.#rest = rest;
    this.endpoints = rest.endpoints;
  }

  call<T>(call: RestCall): Promise<RestAnswer<T>> {
    const key = `${call.method} ${call.api} ${call.path}`;
    const answer = this.#answers.get(key) ?? this.#rest.call<unknown>(call);
    this.#answers.set(key, answer);
    return answer as Promise<RestAnswer<T>>;
  }

  /** After this, everything is read again. */
  forget(): void {
    this.#answers.clear();
  }
}
