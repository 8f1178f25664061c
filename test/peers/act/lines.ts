/** Reads act's log, one JSON object a line. */

export interface StepRun {
  job: string;
  /** Its `id`, or its number. */
  id: string;
  /** What it runs: `uses` or the first line of `run`. */
  name: string;
  stage: string;
  /** `success` or `failure`. Undefined if act did not come to its end. */
  result?: string;
  outputs: Record<string, string>;
  /** What a reader of the log sees. */
  log: string;
  summary: string;
  annotations: { level: string; text: string; title?: string }[];
}

export interface JobRun {
  id: string;
  name: string;
  matrix: Record<string, unknown>;
  result: string;
}

export interface ActRun {
  code: number | null;
  seconds: number;
  jobs: JobRun[];
  steps: StepRun[];
  /** Everything that a reader of the log sees. */
  log: string;
  /** Every value that a step asked the runner to mask. */
  masked: string[];
  errors: string;
}

interface Line {
  msg: string;
  level: string;
  job?: string;
  jobID?: string;
  stage?: string;
  step?: string;
  stepID?: string[];
  matrix?: Record<string, unknown>;
  command?: string;
  arg?: string;
  name?: string;
  kvPairs?: Record<string, string>;
  content?: string;
  raw_output?: boolean;
  stepResult?: string;
  jobResult?: string;
}

const levels = ['error', 'warning', 'notice'];

function take(line: Line, step: StepRun, masked: string[]): void {
  if (line.raw_output) step.log += line.msg;
  else if (line.command === 'set-output') step.outputs[line.name ?? ''] = line.arg ?? '';
  else if (line.command === 'summary') step.summary += line.content ?? '';
  else if (line.command === 'add-mask') masked.push(line.arg ?? '');
  else if (line.command && levels.includes(line.command)) {
    const title = line.kvPairs?.title;
    step.annotations.push({ level: line.command, text: line.arg ?? '', ...(title ? { title } : {}) });
    step.log += `${line.command}: ${line.arg}\n`;
  } else if (line.level === 'error') step.log += `${line.msg}\n`;
  if (line.stepResult) step.result = line.stepResult;
}

export function readLines(text: string): Pick<ActRun, 'jobs' | 'steps' | 'log' | 'masked'> {
  const jobs: JobRun[] = [];
  const steps: StepRun[] = [];
  const masked: string[] = [];
  let log = '';
  const stepOf = (line: Line): StepRun => {
    const [job = '', id = '', stage = ''] = [line.job?.trim(), line.stepID?.join('/'), line.stage];
    const known = steps.find((step) => step.job === job && step.id === id && step.stage === stage);
    if (known) return known;
    const made: StepRun = {
      job,
      id,
      stage,
      name: line.step ?? '',
      outputs: {},
      log: '',
      summary: '',
      annotations: [],
    };
    steps.push(made);
    return made;
  };
  for (const one of text.split('\n')) {
    if (!one.startsWith('{')) continue;
    const line = JSON.parse(one) as Line;
    if (line.raw_output || line.level === 'error' || levels.includes(line.command ?? ''))
      log += `${line.msg.trimEnd()}\n`;
    if (line.stage && line.stepID) take(line, stepOf(line), masked);
    if (line.jobResult)
      jobs.push({
        id: line.jobID ?? '',
        name: line.job?.trim() ?? '',
        matrix: line.matrix ?? {},
        result: line.jobResult,
      });
  }
  return { jobs, steps, log, masked };
}
