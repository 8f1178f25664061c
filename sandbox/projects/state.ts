import type { World } from '../core/state.ts';

/** What the reads about a project show beside its policies. */
export interface ProjectsState {
  /** Builds by id; the functions part fills it. Bodies as cloudbuild v1 Build. */
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

/** True where a boolean constraint is enforced for the project. */
export const isEnforced = (world: World, constraint: string): boolean =>
  projectsOf(world)
    .orgPolicies.get(constraint)
    ?.rules.some(({ enforce }) => enforce === true) ?? false;
