import type { HistoryRow } from '../../domain/model/history.ts';
import { slug } from '../../domain/product.ts';
import { logText } from '../../domain/text/safe-text.ts';
import { runTwin } from '../twin.ts';
import { verb } from '../verb.ts';

export const model = verb({
  about: [
    'Says which version of a model serves, which one served when, and whether alias, record and traffic agree, as actions/model does.',
    'verify fails if they do not and prints what mends it, history lists what served when, settle moves the alias to what serves, and resolve says which exact version an alias means now.',
  ],
  operands: [{ name: 'MODE', sentence: 'verify, history, settle or resolve. Default: verify.' }],
  login: true,
  action: 'model',
  without: ['mode', 'invoker_service_account'],
  inputsOf: ([mode]) => (mode === undefined ? {} : { mode }),
  flags: {},
  codes: {
    1: 'Something does not agree.',
    2: 'It could not be found out, or a release is under way.',
  },
  examples: [
    `${slug} model --project my-project --name ocr-api --model vertex://ocr@champion`,
    `${slug} model history --project my-project --name ocr-api --model mlflow://mlflow.example.com/ocr@champion`,
  ],
  run: async (call) => {
    const { model: action } = await import('../../actions/model/model.ts');
    const { report, ended } = await runTwin(call, 'model', action);
    const rows = report.evidence.model?.history ?? [];
    return {
      ...ended,
      text: async () =>
        [...rows.map(rowText), ...(rows.length > 0 ? [''] : []), await ended.text()].join('\n'),
    };
  },
});

const rowText = ({
  reference,
  version = reference ?? '-',
  revision,
  from,
  until,
  made,
  state,
}: HistoryRow): string => {
  const time = (at: string | undefined) => (at ?? '').slice(0, 16).replace('T', ' ').padEnd(16);
  return `  ${time(from ?? made)}  ${time(until)}  ${state.padEnd(7)}  ${logText(version, 200).padEnd(6)}  ${revision}`.trimEnd();
};
