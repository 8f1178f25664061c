import type { Rules } from '../rule.ts';

/** What a smoke test finds. Each finding points at the line of the suite. */
export const smokeRules = {
  'smoke-suite': {
    title: 'The suite cannot be used',
    severity: 'high',
    why: 'Nothing can be tested until the suite is corrected.',
  },
  'smoke-unknown': {
    title: 'A check got no answer',
    severity: 'medium',
    why: 'The function may be healthy or not. The check could not find out.',
  },
  'smoke-flaky': {
    title: 'A check passed only after a retry',
    severity: 'low',
    why: 'Users may get the answer of the first attempt.',
  },
  'smoke-status': {
    title: 'The status of an answer is wrong',
    severity: 'high',
    why: 'The function answered, but not as the suite expects.',
  },
  'smoke-answer': {
    title: 'An answer holds no usable text',
    severity: 'high',
    why: 'The body could not be read as what the suite expects.',
  },
  'smoke-text': {
    title: 'A blank image gave text',
    severity: 'high',
    why: 'The function recognises text where there is none.',
  },
  'smoke-cer': {
    title: 'The recognised text differs by more characters than allowed',
    severity: 'high',
    why: 'CER is the fraction of characters that are wrong.',
  },
  'smoke-wer': {
    title: 'The recognised text differs by more words than allowed',
    severity: 'high',
    why: 'WER is the fraction of words that are wrong.',
  },
  'smoke-contains': {
    title: 'A text that must be there is missing, or one that must not be there is present',
    severity: 'high',
    why: 'The suite names the text.',
  },
  'smoke-matches': {
    title: 'A pattern was not found in the text',
    severity: 'high',
    why: 'The suite names the pattern.',
  },
  'smoke-field': {
    title: 'A field of the answer is wrong',
    severity: 'high',
    why: 'The suite names the field and what it must hold.',
  },
  'smoke-header': {
    title: 'A header of the answer is wrong',
    severity: 'high',
    why: 'The suite names the header and what it must hold.',
  },
  'smoke-latency': {
    title: 'Answers are slower than allowed',
    severity: 'high',
    why: 'The suite names the percentile and the limit.',
  },
  'smoke-champion': {
    title: 'The candidate reads worse than the revision that serves',
    severity: 'high',
    why: 'On the same images it makes more errors than the suite allows, and not by chance.',
  },
  'smoke-preset': {
    title: 'A built-in check failed',
    severity: 'high',
    why: 'Presets test what every function should refuse or survive.',
  },
} as const satisfies Rules;
