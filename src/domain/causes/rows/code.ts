import { quoted } from '../../data/shell.ts';
import { found, type Row, saysOrLogs } from '../row.ts';

/** A build failed because of the source. Language tools write the sentences, so most of them stand in the build log. */

const dir = (text: string | undefined) => quoted(text ?? '.');

export const codeRows: readonly Row[] = [
  {
    id: 'lock-file-stale',
    title: 'The lock file does not fit package.json',
    blame: 'code',
    example: {
      kind: 'build',
      message: 'Build failed with status: FAILURE and message: npm error code EUSAGE',
      lines: [
        'npm error `npm ci` can only install packages when your package.json and package-lock.json or npm-shrinkwrap.json are in sync. Please update your lock file with `npm install` before continuing.',
      ],
    },
    matches: saysOrLogs(
      /can only install packages when your package\.json and package-lock\.json|ERR_PNPM_OUTDATED_LOCKFILE|lockfile needs to be updated|YN0028/i,
      'build',
    ),
    repair: (failure, names) => {
      const pnpm = (failure.lines ?? []).some((line) => /PNPM/.test(line)) || /PNPM/.test(failure.message);
      const yarn = /YN0028|lockfile needs/.test([failure.message, ...(failure.lines ?? [])].join(' '));
      return {
        why: 'Google installs exactly what the lock file says, and refuses a lock file that lacks something of package.json.',
        fix: 'Update the lock file and commit it:',
        commands: [
          pnpm
            ? `pnpm --dir ${dir(names.sourceDir)} install --lockfile-only`
            : yarn
              ? `yarn --cwd ${dir(names.sourceDir)} install`
              : `npm --prefix ${dir(names.sourceDir)} install --package-lock-only`,
        ],
      };
    },
  },
  {
    id: 'package-private',
    title: 'The build may not read a private package',
    blame: 'code',
    example: {
      kind: 'build',
      message: 'Build failed with status: FAILURE and message: npm error code E401',
      lines: [
        'npm error 401 Unauthorized - GET https://npm.pkg.github.com/@acme%2focr - authentication token not provided',
      ],
    },
    matches: saysOrLogs(
      /npm (error|ERR!) code E40[13]\b|40[13] (Unauthorized|Forbidden) - GET|authentication token not provided|requires authentication/i,
      'build',
    ),
    repair: (failure) => ({
      why: `The registry ${found(failure, /GET https?:\/\/([^/\s]+)/) ?? 'of a package'} asks for a login. The build has none of the job: secrets of the workflow never reach Cloud Build.`,
      fix: 'Copy the package into the source (npm pack, and a file: dependency), or keep it in Artifact Registry, which the build account can read.',
    }),
  },
  {
    id: 'package-missing',
    title: 'A package or a version of it does not exist',
    blame: 'code',
    example: {
      kind: 'build',
      message: 'Build failed with status: FAILURE and message: npm error code E404',
      lines: ["npm error 404  '@acme/ocr@1.0.0' is not in this registry."],
    },
    matches: saysOrLogs(
      /npm (error|ERR!) code E(404|TARGET)|is not in this registry|No matching version found|Could not find a version that satisfies|No matching distribution found/i,
      'build',
    ),
    repair: (failure) => ({
      why: `${found(failure, /'?(@?[\w./-]+@[\w.^~-]+)'? is not in this registry/) ?? found(failure, /version found for (\S+?)\.?(?:\s|$)/) ?? found(failure, /that satisfies the requirement ([^\s(]+)/) ?? 'A dependency'} cannot be found in the public registry.`,
      fix: 'Correct its name or version. A package of a workspace or of a private registry must be part of the source.',
    }),
  },
  {
    id: 'peer-conflict',
    title: 'Two packages ask for different versions of a third',
    blame: 'code',
    example: {
      kind: 'build',
      message: 'Build failed with status: FAILURE and message: npm error code ERESOLVE',
      lines: ['npm error code ERESOLVE', 'npm error ERESOLVE unable to resolve dependency tree'],
    },
    matches: saysOrLogs(/\bERESOLVE\b/i, 'build'),
    repair: (_failure, names) => ({
      why: 'npm found no set of versions that fits all peer dependencies. It works on a machine that has an older node_modules or --legacy-peer-deps.',
      fix: 'Show the conflict on your machine, correct it, and commit the lock file:',
      commands: [`npm --prefix ${dir(names.sourceDir)} install --package-lock-only --dry-run`],
    }),
  },
  {
    id: 'engine-unsupported',
    title: 'The source asks for another version of the language',
    blame: 'code',
    example: {
      kind: 'build',
      message:
        'Build failed with status: FAILURE and message: the runtime version 18 does not satisfy engines.node',
      lines: ['npm error code EBADENGINE'],
    },
    matches: saysOrLogs(
      /EBADENGINE|engines\.node|requires a different Python|requires-python|go\.mod requires go/i,
      'build',
    ),
    repair: () => ({
      why: 'The version in package.json (engines), pyproject.toml or go.mod is not that of the runtime.',
      fix: 'Set runtime to the version that the source asks for, or change the source.',
    }),
  },
  {
    id: 'build-script-failed',
    title: 'The build script of the source failed',
    blame: 'code',
    example: {
      kind: 'build',
      message: 'Build failed with status: FAILURE and message: failed to build: npm run build',
      lines: ['> tsc', 'src/index.ts(3,7): error TS2322: Type string is not assignable to type number.'],
    },
    matches: saysOrLogs(
      /error TS\d+:|npm run (build|gcp-build)|SyntaxError: |go: (errors|build)|cannot find package/i,
      'build',
    ),
    repair: (failure, names) => ({
      why:
        found(failure, /(error TS\d+: .{1,200}|SyntaxError: .{1,200})/) ?? 'The compiler refused the source.',
      fix: 'Google runs the script gcp-build, or build if there is none. Run it on a clean checkout:',
      commands: [`npm --prefix ${dir(names.sourceDir)} ci && npm --prefix ${dir(names.sourceDir)} run build`],
    }),
  },
  {
    id: 'main-file-missing',
    title: 'The source has no file with the function',
    blame: 'code',
    example: {
      kind: 'build',
      message: 'Build failed with status: FAILURE and message: function.js does not exist',
    },
    matches: saysOrLogs(
      /function\.js does not exist|missing main\.py|does not exist; |package\.json is missing|no buildpack groups passed|go\.mod not found|could not find (a )?(main|index)/i,
      'build',
    ),
    repair: (failure, names) => ({
      why: `The build looked for the main file in ${names.sourceDir ?? './'}. ${/main\.py/.test(failure.message) ? 'Python needs main.py there.' : 'Node.js needs package.json with "main", or index.js or function.js there.'}`,
      fix: `Set source_dir to the folder of the function, and check that .gcloudignore does not leave the file out. For TypeScript, compile before the deploy, or add a script gcp-build. This lists what is uploaded:`,
      commands: [`gcloud meta list-files-for-upload ${dir(names.sourceDir)}`],
    }),
  },
];
