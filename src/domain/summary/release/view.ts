import type { View } from '../../report/render.ts';
import { markdownText } from '../../text/safe-text.ts';
import { capital } from '../../text/sentence.ts';
import { loginSection } from '../login/section.ts';
import { suiteSection } from '../smoke/section.ts';
import { releaseBody } from './body.ts';
import { releaseHead } from './head.ts';

export const releaseView: View<'release'> = {
  head: releaseHead,
  sections: [releaseBody, suiteSection, loginSection],
};

/** For the post step: a few lines below the summary of the step itself, which has the verdict. */
export const afterView: View<'release'> = {
  head: ({ reason }) => ['### After the step', '', markdownText(capital(reason), 2000), ''],
};
