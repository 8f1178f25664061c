import { slug } from '../../domain/product.ts';
import { runTwin } from '../twin.ts';
import { verb } from '../verb.ts';

export const drill = verb({
  about: [
    'Looks at how buckets are protected against loss, as actions/drill does, and prints the command that repairs each gap.',
    'With --mode restore it writes objects of its own, deletes them, brings them back, compares every byte, and measures RPO and RTO.',
  ],
  operands: [
    {
      name: 'BUCKETS',
      sentence:
        'Buckets by commas, each with a word for what is in it and with its copy: model=my-models>my-models-copy.',
      required: true,
    },
  ],
  login: true,
  action: 'drill',
  without: ['drill_buckets', 'invoker_service_account'],
  inputsOf: ([buckets]) => (buckets === undefined ? {} : { drill_buckets: buckets }),
  flags: {},
  codes: {
    1: 'Data can be lost for good, or a restore failed or missed its objectives.',
    2: 'It could not be found out.',
  },
  examples: [
    `${slug} drill my-models`,
    `${slug} drill --mode restore --rto 5m --rpo 15m "input=my-input, model=my-models>my-models-copy"`,
  ],
  run: async (call) => {
    const { drill: action } = await import('../../actions/drill/drill.ts');
    const { report, ended } = await runTwin(call, 'drill', action);
    const { findingLines } = await import('../../domain/drill/text.ts');
    return {
      ...ended,
      text: async () => [...findingLines(report.findings), await ended.text()].join('\n'),
    };
  },
});
