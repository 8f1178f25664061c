import { slug } from '../../domain/product.ts';
import { runTwin } from '../twin.ts';
import { verb } from '../verb.ts';

export const rollback = verb({
  about: [
    'Moves the traffic back, as actions/rollback does, and proves that the revision answers. `dry_run` only shows what would happen.',
  ],
  login: true,
  action: 'rollback',
  // Webhooks are told by runs of a workflow: a person at a terminal sees the result.
  without: ['notify'],
  flags: {},
  examples: [
    `${slug} rollback --project my-project --name ocr-api --dry-run`,
    `${slug} rollback --project my-project --name ocr-api --to stable`,
  ],
  run: async (call) => {
    const { rollback: action } = await import('../../actions/rollback/rollback.ts');
    return (await runTwin(call, 'rollback', action)).ended;
  },
});
