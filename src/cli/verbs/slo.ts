import { changeLines } from '../../domain/alerting/text.ts';
import { slug } from '../../domain/product.ts';
import { runTwin } from '../twin.ts';
import { verb } from '../verb.ts';

export const slo = verb({
  about: [
    'Makes alerts and dashboards from the file with objectives by which releases are judged, as actions/slo does.',
    '--mode plan shows what would change, verify fails if something differs, apply makes it so, and generate writes files.',
  ],
  operands: [{ name: 'FILE', sentence: `File with objectives. Default: ${slug}.slo.yaml.` }],
  login: true,
  action: 'slo',
  without: ['slo_file'],
  inputsOf: ([file]) => (file === undefined ? {} : { slo_file: file }),
  flags: {},
  codes: {
    1: 'Something differs from the file, is not ours, or cannot be expressed.',
    2: 'It could not be found out.',
  },
  examples: [`${slug} slo --mode generate`, `${slug} slo --mode verify --output-dir deploy/monitoring`],
  run: async (call) => {
    const { slo: action } = await import('../../actions/slo/slo.ts');
    const { report, ended } = await runTwin(call, 'slo', action);
    const evidence = report.evidence.slo;
    return {
      ...ended,
      text: async () => [...(evidence ? [...changeLines(evidence), ''] : []), await ended.text()].join('\n'),
    };
  },
});
