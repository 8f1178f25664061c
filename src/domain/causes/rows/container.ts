import { readServiceLog } from '../../data/commands.ts';
import { likelyService } from '../../data/resource-name.ts';
import { quoted } from '../../data/shell.ts';
import { runImage } from '../../image/run-image.ts';
import { inRegion } from '../commands.ts';
import { found, type Row, says, saysOrLogs } from '../row.ts';

/** The container of a new revision ran, and did not come up. The last row takes every start that no other row explains. */

const lastWords = (lines: readonly string[] = []) =>
  lines
    .map((line) => line.trim())
    .filter(Boolean)
    .at(-1);
const startLocally = (target: string | undefined) =>
  target ? [`npx @google-cloud/functions-framework --target=${quoted(target)}`] : undefined;
const port =
  /failed to (start and )?listen on the port|failed to start and then listen|PORT=\d+ environment variable|HealthCheckContainerError/i;

export const containerRows: readonly Row[] = [
  {
    id: 'entry-point-missing',
    title: 'The source has no function of the name in entry_point',
    blame: 'code',
    example: {
      kind: 'start',
      message:
        'The user-provided container failed to start and listen on the port defined provided by the PORT=8080 environment variable.',
      lines: [
        "Function 'ocr' is not defined in the provided module.",
        'Did you specify the correct target function to execute?',
      ],
    },
    matches: saysOrLogs(
      /function '[^']*' is not defined in the provided module|File .* is expected to contain a function named|no matching function found|Could not find the function/i,
      'start',
      'build',
    ),
    repair: (failure, names) => {
      const target =
        found(failure, /function '([^']+)' is not defined|function named '?([\w.]+)/i) ?? names.entryPoint;
      return {
        why: `The source does not register or export a function ${target ?? 'of that name'}. Names are case-sensitive.`,
        fix: `Set entry_point to the name in the source, or export ${target ?? 'the function'} there. ${target ? 'This starts it as Cloud Run does:' : ''}`.trim(),
        commands: startLocally(target),
      };
    },
  },
  {
    id: 'module-missing',
    title: 'The function needs a package or file that the image does not have',
    blame: 'code',
    example: {
      kind: 'start',
      message:
        'The user-provided container failed to start and listen on the port defined provided by the PORT=8080 environment variable.',
      lines: ["Error: Cannot find module 'sharp'"],
    },
    matches: saysOrLogs(
      /cannot find (module|package) '|ERR_MODULE_NOT_FOUND|ModuleNotFoundError: No module named|ImportError: /i,
      'start',
      'build',
    ),
    repair: (failure) => {
      const name =
        found(failure, /(?:module|package) '([^']+)'/i) ?? found(failure, /No module named '?([\w.]+)/);
      const file = name?.startsWith('.') || name?.startsWith('/');
      return {
        why: `${name ?? 'A module'} is not in the image.`,
        fix: file
          ? `Check that ${name} is below source_dir, spelt with the same case, and not left out by .gcloudignore.`
          : `Add ${name ?? 'it'} to dependencies (not devDependencies) of package.json, or to requirements.txt, and commit the lock file with it.`,
      };
    },
  },
  {
    id: 'start-too-slow',
    blame: 'code',
    vague: true,
    title: 'The function did not come up in time',
    example: {
      kind: 'start',
      message:
        "Revision 'ocr-00002-abc' is not ready and cannot serve traffic. The startup probe timed out: DEADLINE_EXCEEDED. Connection failed with status DEADLINE_EXCEEDED.",
    },
    matches: says(/startup probe|timed out after|DEADLINE_EXCEEDED/i, 'start'),
    repair: (_failure, names) => {
      const { project = 'PROJECT', region = 'REGION', name = 'NAME' } = names;
      return {
        why: 'The code that runs before the first request (imports, models, connections) takes longer than Cloud Run waits.',
        fix: `Load large files at the first request instead, or give the start more with cpu: 1 or more. The log of the start:`,
        commands: [
          names.image
            ? readServiceLog({ project, region, name: likelyService(name) })
            : `gcloud functions logs read ${quoted(name)} --gen2 ${inRegion(names)} --limit=50`,
        ],
      };
    },
  },
  {
    id: 'port-missing',
    blame: 'code',
    vague: true,
    title: 'The function did not listen on its port',
    example: {
      kind: 'start',
      message:
        'The user-provided container failed to start and listen on the port defined provided by the PORT=8080 environment variable within the allocated timeout.',
    },
    matches: says(port, 'start'),
    repair: ({ lines }, names) => ({
      why: lastWords(lines)
        ? 'The process ended, or never listened on the port that Cloud Run gave it ($PORT).'
        : 'The process never listened on the port that Cloud Run gave it ($PORT), and wrote nothing.',
      fix: `Start the ${names.image ? 'container' : 'function'} on your machine as Cloud Run does (it must listen on $PORT)${names.image || names.entryPoint ? ':' : '.'}`,
      commands: names.image ? [runImage(names.image)] : startLocally(names.entryPoint),
    }),
  },
];
