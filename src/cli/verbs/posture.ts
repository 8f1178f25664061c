import { slug } from '../../domain/product.ts';
import { runTwin } from '../twin.ts';
import { verb } from '../verb.ts';

export const posture = verb({
  about: [
    'Shows the state of every protection in front of and around a service, as actions/posture does. It changes nothing.',
    'A row that this login may not read says so, and which role would show it.',
  ],
  login: true,
  action: 'posture',
  without: ['invoker_service_account', 'comment', 'comment_section', 'github_token'],
  flags: {},
  codes: { 1: 'Something in --fail-on was found.' },
  examples: [
    `${slug} posture --project my-project --region asia-northeast3 --name ocr-api`,
    `${slug} posture --project my-project --name ocr-api --fail-on high,change --earlier-report report.json`,
  ],
  run: async (call) => {
    const { posture: action } = await import('../../actions/posture/posture.ts');
    return (await runTwin(call, 'posture', action)).ended;
  },
});
