import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { grant } from '../../sandbox/core/policies.ts';
import { serviceAccount } from '../../sandbox/core/principals.ts';
import type { Sandbox } from '../../sandbox/index.ts';

/** Pastes a block of commands into a shell, as an administrator of the project. */
export async function paste(
  sandbox: Sandbox,
  commands: readonly string[],
): Promise<{ code: number | null; output: string }> {
  const home = mkdtempSync(join(tmpdir(), 'bs-paste-'));
  const admin = 'admin@sandbox-project.iam.gserviceaccount.com';
  const all = [
    ...sandbox.world.roles.permissionsOf('roles/owner'),
    ...['secretmanager.secrets.setIamPolicy', 'secretmanager.versions.enable'],
    'artifactregistry.repositories.setIamPolicy',
  ];
  sandbox.world.roles.define({
    name: 'projects/sandbox-project/roles/admin',
    ...{ title: 'admin', stage: 'GA', etag: 'BwYAAAAAAAE=' },
    includedPermissions: all,
  });
  const project = '//cloudresourcemanager.googleapis.com/projects/sandbox-project';
  grant(sandbox.world.policies, project, 'projects/sandbox-project/roles/admin', `serviceAccount:${admin}`);
  const token = join(home, 'token');
  writeFileSync(
    token,
    sandbox.world.tokens.issue(
      {
        principal: serviceAccount(admin),
        scopes: ['https://www.googleapis.com/auth/cloud-platform'],
        expires: sandbox.world.now() + 3_600_000,
      },
      'ya29.c.',
    ),
  );
  try {
    const child = spawn('bash', ['--norc', '-e', '-c', commands.join('\n')], {
      env: {
        ...sandbox.env,
        ...{ PATH: process.env.PATH ?? '', HOME: home, CLOUDSDK_CONFIG: join(home, 'config') },
        ...{ CLOUDSDK_CORE_DISABLE_PROMPTS: '1', CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: token },
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
    return { code, output };
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
