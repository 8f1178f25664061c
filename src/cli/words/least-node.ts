/** The oldest releases of Node with every built-in function that a verb calls. `engines` in package.json says the same. */
export const leastNode = 'Node 20.16, 22.3 or a later one';

/** What is wrong with an older Node. `process.getBuiltinModule` came last of what the verbs need, in both lines of releases. */
export const nodeProblem = (process: {
  versions: { node: string };
  getBuiltinModule?: unknown;
}): string | undefined =>
  process.getBuiltinModule === undefined
    ? `this is Node ${process.versions.node}; a verb needs ${leastNode}`
    : undefined;
