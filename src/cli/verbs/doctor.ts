import { shortName } from '../../domain/data/resource-name.ts';
import { partNames } from '../../domain/doctor/check.ts';
import { columns as actions } from '../../domain/doctor/matrix.ts';
import { slug } from '../../domain/product.ts';
import { columns } from '../terminal/wrap.ts';
import { runTwin } from '../twin.ts';
import { verb } from '../verb.ts';

const icons = { ok: '✓', warn: '!', bad: '✗', unknown: '?', skipped: '-' } as const;
const marks = { ok: '✓', missing: '✗', unknown: '?' } as const;

export const doctor = verb({
  about: [
    'Examines what a release will need, as actions/doctor does: permissions by action, request logs, suite and objectives, how long the runtime is supported, and whether a rollback would work. It changes nothing.',
    'Permissions belong to an identity. To see those of the account that releases, act as it: `impersonate_service_account`.',
  ],
  login: true,
  action: 'doctor',
  flags: {},
  codes: { 1: 'A release would fail, or a stranger could log in.' },
  examples: [
    `${slug} doctor --project my-project --region asia-northeast3 --name ocr-api`,
    `${slug} doctor --project my-project --name ocr-api --impersonate-service-account deployer@my-project.iam.gserviceaccount.com`,
  ],
  run: async (call) => {
    const { doctor: action } = await import('../../actions/doctor/doctor.ts');
    const { report, ended } = await runTwin(call, 'doctor', action, 'quiet');
    const seen = report.evidence.doctor;
    const { style, width } = call.terminal;
    if (seen === undefined) return ended;
    const missing = seen.matrix.filter(({ state }) => state !== 'ok');
    const shown = call.terminal.verbose ? seen.matrix : missing;
    const table = shown.map(
      ({ permission, resource, state, actions: needed }) =>
        [
          `${marks[state]} ${permission}`,
          `${shortName(resource)}: ${actions.filter((one) => needed.includes(one)).join(', ')}`,
        ] as const,
    );
    return {
      ...ended,
      text: async () =>
        [
          columns(
            seen.checks.map(({ part, state, text }) => [`${icons[state]} ${partNames[part]}`, text] as const),
            width,
          ),
          '',
          ...(table.length > 0 ? [style.bold('Permissions'), columns(table, width), ''] : []),
          await ended.text(),
        ].join('\n'),
    };
  },
});
