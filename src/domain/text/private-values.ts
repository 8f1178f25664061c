import { loginForms } from './url-login.ts';

/** Names a version of a secret in Secret Manager. It is a name and not a secret, and repairs have to print it. */
const reference = /^(projects\/[\w:.-]+\/secrets\/)?[\w-]+(:|\/versions\/)(latest|\d+)$/;

/**
 * Whether the value of a variable is the user's business alone. Short values, single words such as `production`, and
 * references to secrets are not: hiding them would make ordinary sentences unreadable.
 */
export const isPrivate = (value: string): boolean =>
  value.length >= 8 && !/^[a-z]{8,12}$/i.test(value) && !reference.test(value);

/**
 * Words of a command line or a path that look like secrets: long, and with more than one of lower case, upper case and
 * digits. Short words that are joined, such as `node-linux-x64`, do not.
 */
export const secretWords = (text: string): string[] =>
  text
    .split(/[\s=,;|&<>()"'`/]+/)
    .filter(
      (word) =>
        word.length >= 12 &&
        word.split(/[-._]/).some((part) => part.length >= 8) &&
        [/[a-z]/, /[A-Z]/, /\d/].filter((kind) => kind.test(word)).length >= 2,
    );

/** The parts of a resource's name, and names of variables, which a message about a wrong value may repeat. */
export const plainNames = (text: string): string[] => {
  const path = /^(\/\/[\w.]+\/)?projects\//.test(text) ? text.split('/') : [];
  const variables = text.split(/[\s,]+/).filter((word) => /^[A-Z]{2,12}(_[A-Z\d]{1,12}){1,6}$/.test(word));
  return [
    ...path.filter((part) => /^[a-z][a-z-]{1,29}$|^[a-z]+([A-Z][a-z]+){1,4}$/.test(part)),
    ...variables,
  ];
};

/** User and password of every URL in a text, as they stand and decoded. */
export function urlLogins(text: string): string[] {
  const logins = [...text.matchAll(/:\/\/([^\s/]+)@/g)].map(([, login = '']) => login);
  return [...new Set(logins.flatMap(loginForms))].filter(Boolean);
}
