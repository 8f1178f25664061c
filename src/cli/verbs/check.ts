import { boolean } from '../../domain/inputs/kinds.ts';
import { checkFile, slug } from '../../domain/product.ts';
import { runTwin } from '../twin.ts';
import { verb } from '../verb.ts';

export const check = verb({
  about: [
    'Checks the files of a repository: workflows, scripts, Terraform, API definitions, suites and SLO files. It needs no login and changes nothing.',
    `With --base, only findings that the change brings fail the check, and silences and ${checkFile} count as they are there.`,
    'With --fix it applies the fixes to the files and checks them again.',
  ],
  operands: [{ name: 'FOLDER', sentence: 'Folder of the repository. Default: this folder.' }],
  action: 'check',
  without: ['path', 'summary'],
  inputsOf: ([folder]) => (folder === undefined ? {} : { path: folder }),
  flags: {
    fix: {
      kind: boolean,
      sentence: 'Apply the fixes. Read the difference with git diff before you commit it.',
      example: 'true',
      default: 'false',
    },
  },
  codes: { 1: 'findings that count', 2: 'the files could not be read' },
  examples: [`${slug} check`, `${slug} check --base origin/main`, `${slug} check --fix`],
  run: async (call) => {
    const { checkWith } = await import('../../actions/check/check.ts');
    return (await runTwin(call, 'check', checkWith({ fix: call.values.fix }))).ended;
  },
});
