import type { Json } from '../../data/json.ts';
import type { Note } from '../note.ts';

/** A text block reads some Markdown: emphasis, links and lists. A backslash takes the meaning from each of its characters. */
const blockText = (text: string): string =>
  text.replace(/[\\`*_[\]()#]/g, (char) => `\\${char}`).replace(/^(\s*)([-+]|\d+\.)(?=\s)/g, '$1\\$2');

const colors = { good: 'Good', bad: 'Attention', open: 'Warning' } as const;

const block = (text: string, more: Record<string, Json> = {}): Json => ({
  type: 'TextBlock',
  text: blockText(text),
  wrap: true,
  ...more,
});

/** The body of a Workflows webhook: a message with one Adaptive Card. */
export function teamsBody(note: Note): Json {
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          body: [
            block(note.title, {
              weight: 'Bolder',
              size: 'Medium',
              color: note.event === 'started' ? 'Default' : colors[note.mood],
            }),
            ...(note.text === undefined ? [] : [block(note.text)]),
            ...(note.next === undefined ? [] : [block(`Next: ${note.next}`)]),
          ],
          ...(note.run === undefined
            ? {}
            : { actions: [{ type: 'Action.OpenUrl', title: 'Open the run', url: note.run }] }),
        },
      },
    ],
  };
}
