import { planLines } from '../../domain/deploy/plan-text.ts';
import { slug } from '../../domain/product.ts';
import { runTwin } from '../twin.ts';
import { verb } from '../verb.ts';

export const plan = verb({
  about: [
    'Shows what actions/deploy would change with these settings, and changes nothing. It also tries what the deploy would need: permissions, APIs and files.',
  ],
  login: true,
  action: 'deploy',
  without: [
    'dry_run',
    'freeze',
    'freeze_override',
    'preflight',
    'propagation_timeout',
    'on_exposed',
    'on_conflict',
    'deploy_timeout',
    'require_proof',
  ],
  inputsOf: () => ({ dry_run: 'true' }),
  flags: {},
  examples: [
    `${slug} plan --project my-project --name ocr-api --source functions/ocr --memory 1Gi`,
    `${slug} plan --project my-project --name ocr-api --image us-central1-docker.pkg.dev/my-project/containers/ocr:1.4`,
  ],
  run: async (call) => {
    const { deploy } = await import('../../actions/deploy/deploy.ts');
    const { report, ended } = await runTwin(call, 'deploy', deploy, 'quiet');
    const planned = report.evidence.deploy?.plan;
    return {
      ...ended,
      text: async () => [...(planned ? [...planLines(planned), ''] : []), await ended.text()].join('\n'),
    };
  },
});
