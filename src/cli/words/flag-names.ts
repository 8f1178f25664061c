/** How a flag is called. This file loads nothing, because every failure needs it. */
export const flagName = (input: string): string => `--${input.replaceAll('_', '-')}`;

/** Secrets of actions that a command line takes from a variable, since everyone on a machine sees its flags. */
export const variables: Readonly<Record<string, string>> = { mlflow_token: 'MLFLOW_TRACKING_TOKEN' };

/** Names behind a verb, such as `Correct name, region or project_id`, or one with its value, such as `Set runtime: nodejs24`. */
const named = /(?<=\b(?:[Ss]et|[Cc]orrect|[Rr]aise) )([a-z_]+(?:(?:, | or | and )[a-z_]+)*)(: (?=[\w[]))?/g;
/** `dry_run` or `dry_run: true`, but not a part of a path, of an expression or of another name. */
const compound = /(?<![\w./"'`{=$-])([a-z]+(?:_[a-z]+)+)(?![\w/(=]|\.\w)(: (?=[\w[]))?/g;

/** The names of inputs in the text of a message, as flags. A word that is also an input, such as `name`, counts only behind a verb. */
export function withFlags(text: string, inputs: readonly string[]): string {
  const flags = (_: string, names: string, colon = '') => {
    const said = names.replace(/[a-z_]+/g, (name) =>
      inputs.includes(name) ? flagName(name) : (variables[name] ?? name),
    );
    // A flag stands before its value without a colon.
    return `${said}${/^--\S+$/.test(said) && colon ? ' ' : colon}`;
  };
  return text.replace(named, flags).replace(compound, flags);
}
