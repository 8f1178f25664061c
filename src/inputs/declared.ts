import type { Group, UsedDefinition } from '../domain/inputs/definition.ts';
import type { ActionName } from '../domain/report/report.ts';

/** What the reader knows of the inputs: those of the action that runs, and who takes any other one. */
export interface Declared {
  /** The inputs of an action by name, each as the action has it, in the order of the documentation. */
  of(action: ActionName): Readonly<Record<string, UsedDefinition>>;
  /** The actions that take an input. */
  takers(name: string): readonly ActionName[];
}

/** The inputs of these groups, by action. */
export function declaredBy(groups: readonly Group[]): Declared {
  const all: Readonly<Record<string, UsedDefinition>> = Object.assign(
    {},
    ...groups.map(({ inputs }) => inputs),
  );
  const asUsed = (action: ActionName) =>
    Object.fromEntries(
      Object.entries(all).flatMap(([name, definition]) => {
        const use = definition.usedBy[action];
        return use === undefined ? [] : [[name, { ...definition, ...use }]];
      }),
    );
  const known = new Map<ActionName, ReturnType<typeof asUsed>>();
  return {
    of: (action) => {
      const found = known.get(action) ?? asUsed(action);
      known.set(action, found);
      return found;
    },
    takers: (name) => Object.keys(all[name]?.usedBy ?? {}) as ActionName[],
  };
}
