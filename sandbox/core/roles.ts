import { readFileSync } from 'node:fs';
import { join } from 'node:path';

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

interface RolesFile {
  source: string;
  roles: Record<string, { title: string; stage: string; includedPermissions: string[] }>;
}

/** Predefined roles, cut to what this sandbox checks (roles.json names its source), and the custom roles of the sandbox. */
export class RoleBook {
  readonly #roles = new Map<string, Role>();
  readonly #sets = new Map<string, ReadonlySet<string>>();

  constructor() {
    const { roles } = JSON.parse(readFileSync(join(import.meta.dirname, 'roles.json'), 'utf8')) as RolesFile;
    for (const [name, { title, stage, includedPermissions }] of Object.entries(roles)) {
      const permissions = [...includedPermissions];
      // The API reference asks for it, no role of the export has it: whoever lists locations lists runtimes here.
      if (permissions.includes('cloudfunctions.locations.list'))
        permissions.push('cloudfunctions.runtimes.list');
      this.define({ name, title, includedPermissions: permissions.sort(), stage, etag: 'AA==' });
    }
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
