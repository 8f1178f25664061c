import { slug } from '../../domain/product.ts';
import { doctorText } from '../doctor/text.ts';
import { runTwin } from '../twin.ts';
import { verb } from '../verb.ts';

export const doctor = verb({
  about: [
    'Examines what a release will need, as actions/doctor does: permissions by action, request logs, suite and objectives, how long the runtime is supported, and whether a rollback would work. It changes nothing.',
    'What further actions need (a drill, SLOs, gateways …) is shown for those that the workflows here use, and for all with --verbose.',
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
    if (seen === undefined) return ended;
    return {
      ...ended,
      text: async () => [doctorText(seen, call.terminal), '', await ended.text()].join('\n'),
    };
  },
});
