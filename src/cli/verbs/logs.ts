import { linesOf } from '../../domain/logs/evidence.ts';
import { lineText, newErrorsText } from '../../domain/logs/text.ts';
import { slug } from '../../domain/product.ts';
import { runTwin } from '../twin.ts';
import { verb } from '../verb.ts';

export const logs = verb({
  about: [
    'Shows the entries of the log that explain a failure, as actions/logs does: crash reason first, grouped by request. It changes nothing.',
    'Messages are shown without what looks like a secret or a personal detail. `--log-text false` shows fields alone.',
  ],
  login: true,
  action: 'logs',
  without: ['invoker_service_account'],
  flags: {},
  codes: { 1: 'An entry says that something failed.' },
  examples: [
    `${slug} logs --project my-project --region asia-northeast3 --name ocr-api`,
    `${slug} logs --project my-project --name ocr-api --revision ocr-api-00042-duk --since 1h`,
  ],
  run: async (call) => {
    const { logs: action } = await import('../../actions/logs/logs.ts');
    const { report, ended } = await runTwin(call, 'logs', action, 'quiet');
    const found = report.evidence.logs;
    if (found === undefined) return ended;
    const { style } = call.terminal;
    return {
      ...ended,
      text: async () =>
        [
          ...linesOf(found).map((line, index) => (index === 0 ? style.bold(lineText(line)) : lineText(line))),
          ...[found.supply, newErrorsText(found)].filter((text) => text !== undefined),
          found.link,
          '',
          await ended.text(),
        ].join('\n'),
    };
  },
});
