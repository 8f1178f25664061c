import type { World } from '../core/state.ts';

/** What the APIs show about a project in addition to its policies. */
export interface ProjectsState {
  /** Bodies of Cloud Build v1 builds by id. */
  builds: Map<string, Record<string, unknown>>;
  /** Effective organisation policies by constraint, such as `run.managed.requireInvokerIam`: rules of orgpolicy v2. */
  orgPolicies: Map<
    string,
    {
      rules: {
        enforce?: boolean;
        allowAll?: boolean;
        denyAll?: boolean;
        values?: { allowedValues?: string[]; deniedValues?: string[] };
      }[];
    }
  >;
}

export const projectsOf = (world: World): ProjectsState =>
  world.extension('projects', () => ({ builds: new Map(), orgPolicies: new Map() }));

/** True if a boolean constraint is enforced for the project. */
export const isEnforced = (world: World, constraint: string): boolean =>
  projectsOf(world)
    .orgPolicies.get(constraint)
    ?.rules.some(({ enforce }) => enforce === true) ?? false;
