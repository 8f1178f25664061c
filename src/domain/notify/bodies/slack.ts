import type { Json } from '../../data/json.ts';
import type { Note } from '../note.ts';

/** Slack reads `&`, `<` and `>` as markup, `<!channel>` among it, and these three escapes as text (docs.slack.dev, "Formatting message text"). */
export const slackText = (text: string): string =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

const icons = { good: '✅', bad: '❌', open: '⚠️' } as const;

/** A section takes 3000 characters of text, a header 150. */
const section = (text: string): Json => ({
  type: 'section',
  // Without markup: a name such as *ocr* stays as it is, and @channel is a word.
  text: { type: 'plain_text', text: text.slice(0, 3000), emoji: false },
});

/** The body of an incoming webhook: blocks, and the text of the notification. */
export function slackBody(note: Note): Json {
  const title = `${note.event === 'started' ? '▶️' : icons[note.mood]} ${note.title}`;
  return {
    // What a phone shows. It is markup even beside blocks.
    text: slackText(title),
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: title.slice(0, 150), emoji: false } },
      ...(note.text === undefined ? [] : [section(note.text)]),
      ...(note.next === undefined ? [] : [section(`Next: ${note.next}`)]),
      ...(note.run === undefined
        ? []
        : [
            {
              type: 'section',
              text: { type: 'mrkdwn', text: `<${slackText(note.run)}|Open the run>` },
            },
          ]),
    ],
  };
}
