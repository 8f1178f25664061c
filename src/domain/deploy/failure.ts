import { describeFunction, readBuildLog } from '../data/commands.ts';
import { quoted } from '../data/shell.ts';
import { runImage } from '../image/run-image.ts';
import { logText } from '../text/safe-text.ts';

interface Message {
  severity: string;
  type: string;
  message: string;
}

export interface StageSeen {
  name: string;
  state: string;
  message: string;
  resource?: string | undefined;
  resourceUri?: string | undefined;
  messages: readonly Message[];
}

export interface OperationSeen {
  name: string;
  buildName?: string | undefined;
  stages: readonly StageSeen[];
  error?: { code: number; message: string } | undefined;
}

const stageWords: Record<string, string> = {
  ARTIFACT_REGISTRY: 'Artifact Registry',
  BUILD: 'build',
  SERVICE: 'service',
  TRIGGER: 'trigger',
  SERVICE_ROLLBACK: 'undo of the service',
  TRIGGER_ROLLBACK: 'undo of the trigger',
};

export const stageWord = (name: string): string => stageWords[name] ?? name.toLowerCase().replace(/_/g, ' ');

/** The stage in which an operation failed: the one with an error, else the first that is not complete. */
export function failedStage(operation: OperationSeen): StageSeen | undefined {
  const undo = (stage: StageSeen) => stage.name.endsWith('_ROLLBACK');
  const stages = operation.stages.filter((stage) => !undo(stage));
  return (
    stages.find((stage) => stage.messages.some((message) => message.severity === 'ERROR')) ??
    stages.find((stage) => stage.state === 'IN_PROGRESS') ??
    stages.find((stage) => stage.state !== 'COMPLETE')
  );
}

/** Cloud Build's id in `projects/P/locations/L/builds/B` or on its own. */
export function buildOf(operation: OperationSeen): string | undefined {
  const name = operation.buildName ?? operation.stages.find((stage) => stage.name === 'BUILD')?.resource;
  return name?.slice(name.lastIndexOf('/') + 1) || undefined;
}

/** Address of the log of the stage that failed, or of the build. */
export const logOf = (operation: OperationSeen): string | undefined =>
  failedStage(operation)?.resourceUri ?? operation.stages.find(({ name }) => name === 'BUILD')?.resourceUri;

/** The revision that did not start, if the error of the service stage names it. */
export function deadRevisionOf(operation: OperationSeen): string | undefined {
  const stage = failedStage(operation);
  if (stage?.name !== 'SERVICE') return undefined;
  const texts = [operation.error?.message ?? '', ...stage.messages.map((item) => item.message)];
  return texts
    .map((text) => /\brevision '?([a-z][a-z0-9-]*-\d{5}-[a-z]{3})\b/i.exec(text)?.[1])
    .find(Boolean);
}

export interface FailureTexts {
  what: string;
  why: string | undefined;
  fix: string;
  /** Shell commands, each to paste as it is. */
  commands: string[];
  /** Lines that the log shows below the error. */
  details: string[];
}

/** Lines that tell where an error happened and not what it was: stack frames, and the `^^^` below a line of code. */
const frame = /^\s*(at\s|File "|\^+\s*$|\.\.\. \d+ more|goroutine |\[?Node\.js v\d)|^\s*$/;

/** The last lines that tell what happened. A line that occurs several times is kept once. */
function usefulLines(lines: readonly string[], most: number): string[] {
  const useful = lines.filter((line, index) => !frame.test(line) && lines.lastIndexOf(line) === index);
  return (useful.length > 0 ? useful : [...lines]).slice(-most);
}

/** Google's sentence about a revision, without the words around it: the name again, the address of the log, general advice. */
function sentenceOf(message: string): string {
  const text = message
    .replace(/^Could not create or update Cloud Run service [\w-]+,\s*/i, '')
    .replace(/^Container Healthcheck failed\.\s*/i, '')
    .replace(/^Revision '[^']*' is not ready and cannot serve traffic\.\s*/i, '')
    .replace(/\s*(Logs for this revision might|Logs URL:|For more troubleshooting guidance)[\s\S]*$/i, '')
    .trim();
  return logText(text || message, 700);
}

/** Explains a failed operation: the stage, its messages, the link to the build and the end of the log. */
export function failureTexts(
  operation: OperationSeen,
  log: { lines: readonly string[]; unreadable?: string | undefined; hidden?: true | undefined },
  region: string,
  entryPoint?: string,
  place?: { project: string; name: string; image?: string | undefined },
): FailureTexts {
  const stage = failedStage(operation);
  const dead = deadRevisionOf(operation);
  const message = logText(operation.error?.message ?? 'no message', 1500);
  const messages = operation.stages.flatMap((seen) =>
    seen.messages.map((item) =>
      `${stageWord(seen.name)} ${item.severity.toLowerCase()} ${item.type}: ${logText(item.message, 1000)}`.replace(
        / {2,}/g,
        ' ',
      ),
    ),
  );
  const own = (stage?.messages ?? [])
    .filter((item) => item.severity === 'ERROR')
    .map((item) => logText(item.message, 600))
    .filter((text) => !message.includes(text.slice(0, 200)));
  const build = buildOf(operation);
  const link = logOf(operation);
  // A log often ends with the text of the error, which would then be shown twice.
  const shown = dead ? '' : [message, ...own].join(' ');
  const newLines = log.lines.filter((line) => !shown.includes(logText(line.trim(), 1500)));
  const tail = usefulLines(newLines, 5).map((line) => logText(line.trim(), 300));
  const isBuild = stage?.name === 'BUILD';
  const why = [
    dead ? '' : own.join(' '),
    isBuild && tail.length > 0 ? `The build log ends: ${tail.join(' | ')}` : '',
    isBuild && log.lines.length === 0 && log.unreadable
      ? `The build log could not be read: ${log.unreadable}`
      : '',
    dead && tail.length > 0 ? `Its log ends: ${tail.join(' | ')}` : '',
    dead && log.hidden
      ? 'Its log is not shown, because everybody may be able to read this run. Set log_text: true to show it.'
      : '',
    dead && log.lines.length === 0 && log.unreadable ? `Its log could not be read: ${log.unreadable}` : '',
  ].filter(Boolean);
  return {
    what: dead
      ? `The revision ${dead} did not start: ${sentenceOf(message)}`
      : `The deploy failed${stage ? ` in stage ${stageWord(stage.name)}` : ''}: ${message}`,
    why: why.length > 0 ? why.join(' ') : undefined,
    ...nextStep(stage?.name, {
      ...{ build, link, region, entryPoint },
      ...{ project: place?.project, name: place?.name, image: place?.image },
    }),
    details: [
      ...(dead ? [message] : []),
      ...messages,
      ...(build ? [`build ${build}${link ? ` ${link}` : ''}`] : []),
      ...log.lines.map((line) => logText(line, 500)),
    ],
  };
}

/** What to do after a failed stage. A link has a sentence of its own, since a command must stand alone. */
function nextStep(
  stage: string | undefined,
  seen: {
    build: string | undefined;
    link: string | undefined;
    region: string;
    entryPoint: string | undefined;
    project: string | undefined;
    name: string | undefined;
    image?: string | undefined;
  },
): Pick<FailureTexts, 'fix' | 'commands'> {
  const { build, link, region, entryPoint, project, name, image } = seen;
  if (stage === 'BUILD') {
    if (link) return { fix: `Read the whole log: ${link}.`, commands: [] };
    if (!build || !project) return { fix: 'Read the whole log.', commands: [] };
    return {
      fix: 'Read the whole log:',
      commands: [readBuildLog(build, { project, region })],
    };
  }
  if (stage === 'SERVICE')
    return {
      fix: `${link ? `Read its log: ${link}. ` : ''}Start the ${image ? 'container' : 'function'} on your machine as Cloud Run does (it must listen on $PORT)${image || entryPoint ? ':' : '.'}`,
      commands: image
        ? [runImage(image)]
        : entryPoint
          ? [`npx @google-cloud/functions-framework --target=${quoted(entryPoint)}`]
          : [],
    };
  if (!project || !name) return { fix: 'Look at the state of the function.', commands: [] };
  return {
    fix: 'See the state of the function:',
    commands: [describeFunction({ project, region, name })],
  };
}
