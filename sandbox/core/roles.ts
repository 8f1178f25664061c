import { predefinedRoles } from './roles-data.ts';

/** As `GET iam/v1/{role}` shows it. */
export interface Role {
  name: string;
  title: string;
  description?: string;
  includedPermissions: string[];
  stage: string;
  etag: string;
}

const nothing: ReadonlySet<string> = new Set();

/** Predefined roles (a representative selection) and the custom roles of the sandbox. */
export class RoleBook {
  readonly #roles = new Map<string, Role>();
  readonly #sets = new Map<string, ReadonlySet<string>>();

  constructor() {
    for (const [name, { title, permissions }] of Object.entries(predefinedRoles))
      this.define({ name, title, includedPermissions: [...permissions].sort(), stage: 'GA', etag: 'AA==' });
  }

  define(role: Role): void {
    this.#roles.set(role.name, role);
    this.#sets.set(role.name, new Set(role.includedPermissions));
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

  permissionsOf(name: string): ReadonlySet<string> {
    return this.#sets.get(name) ?? nothing;
  }
}
