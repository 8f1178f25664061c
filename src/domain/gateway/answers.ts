import { isObject } from '../data/json.ts';

/** One answer of a gateway, or of the function behind it. Status 0: no answer came. */
export interface Answer {
  status: number;
  body: string;
}

/** The body of the gateway itself: `{"code":401,"message":"Jwt is missing"}`. */
function ownMessage({ status, body }: Answer): string | undefined {
  try {
    const value: unknown = JSON.parse(body);
    const isOwn =
      isObject(value) &&
      value.code === status &&
      typeof value.message === 'string' &&
      Object.keys(value).length <= 3;
    return isOwn ? String(value.message) : undefined;
  } catch {
    return undefined;
  }
}

/** Did the gateway answer itself, and not the function? */
export const isOfGateway = (answer: Answer): boolean => ownMessage(answer) !== undefined;

/** What tells one kind of answer from another. Names of paths do not count. */
const kindOf = (answer: Answer): string =>
  `${answer.status} ${(ownMessage(answer) ?? answer.body).replace(/\/\.release\/[\w-]+/g, '').slice(0, 300)}`;

const refusals = [400, 401, 403, 404];

/** What a gateway says to a caller without a credential, and on a path that nobody defined. */
export interface Learned {
  marker: Answer;
  unknown: Answer;
}

/**
 * A caller without a credential is refused by the gateway itself. Google changed its codes before, so no single one is asked for:
 * the answer has the gateway's own form, or it is the one that its marker gets, and it is not that of an undefined path.
 */
export const isRefused = (answer: Answer, { marker, unknown }: Learned): boolean =>
  refusals.includes(answer.status) &&
  kindOf(answer) !== kindOf(unknown) &&
  (isOfGateway(answer) || kindOf(answer) === kindOf(marker));

/**
 * Which configuration answers? The marker of the one that is looked for is refused for lack of a credential. A path that
 * nobody defined is refused in another way. If both get the same answer, another configuration answers.
 */
export function whoAnswers({ marker, unknown }: Learned): 'this' | 'another' | 'unclear' {
  const isClear = (answer: Answer) => answer.status > 0 && answer.status < 500 && answer.status !== 429;
  if (!isClear(marker) || !isClear(unknown)) return 'unclear';
  if (kindOf(marker) === kindOf(unknown)) return 'another';
  return refusals.includes(marker.status) ? 'this' : 'unclear';
}

/** With a credential, the function answers: anything but a refusal of the gateway and a failure of the server. */
export const isServed = (answer: Answer): boolean =>
  answer.status >= 200 &&
  answer.status < 500 &&
  !isOfGateway(answer) &&
  answer.status !== 401 &&
  answer.status !== 403;
