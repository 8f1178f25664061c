import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A role as `GET iam/v1/{role}` returns it. */
export interface Role {
  name: string;
  title: string;
  description?: string;
  includedPermissions: string[];
  stage: string;
  etag: string;
  /** A deleted custom role keeps its name for weeks and gives nothing. */
  deleted?: boolean;
}

const nothing: ReadonlySet<string> = new Set();

interface RolesFile {
  source: string;
  roles: Record<string, { title: string; stage: string; includedPermissions: string[] }>;
}

/** The predefined roles, cut to the permissions that this sandbox checks (roles.json names its source), and its custom roles. */
export class RoleBook {
  readonly #roles = new Map<string, Role>();
  readonly #sets = new Map<string, ReadonlySet<string>>();

  constructor() {
    const { roles } = JSON.parse(readFileSync(join(import.meta.dirname, 'roles.json'), 'utf8')) as RolesFile;
    for (const [name, { title, stage, includedPermissions }] of Object.entries(roles))
      this.define({ name, title, includedPermissions: [...includedPermissions].sort(), stage, etag: 'AA==' });
  }

  define(role: Role): void {
    this.#roles.set(role.name, role);
    this.#sets.set(role.name, new Set(role.deleted ? [] : role.includedPermissions));
  }

  delete(name: string): void {
    this.#roles.delete(name);
    this.#sets.delete(name);
  }

  get(name: string): Role | undefined {
    return this.#roles.get(name);
  }

  list(): Role[] {
    return [...this.#roles.values()];
  }

  /** Does this permission exist, as far as the roles of this sandbox tell? */
  knows(permission: string): boolean {
    return [...this.#sets.values()].some((set) => set.has(permission));
  }

  permissionsOf(name: string): ReadonlySet<string> {
    return this.#sets.get(name) ?? nothing;
  }
}
