import type { Json } from '../../data/json.ts';
import type { Note } from '../note.ts';

/** A text paragraph of a card takes a few tags of HTML. The text of a message would take `<users/all>`, so the card holds it all. */
const cardText = (text: string): string =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

const icons = { good: '✅', bad: '❌', open: '⚠️' } as const;

const paragraph = (text: string): Json => ({ textParagraph: { text: cardText(text) } });

/** The body of an incoming webhook of a space: one card (spaces.messages, `cardsV2`). */
export function googleChatBody(note: Note): Json {
  const widgets: Json[] = [
    ...(note.text === undefined ? [] : [paragraph(note.text)]),
    ...(note.next === undefined ? [] : [paragraph(`Next: ${note.next}`)]),
    ...(note.run === undefined
      ? []
      : [{ buttonList: { buttons: [{ text: 'Open the run', onClick: { openLink: { url: note.run } } }] } }]),
  ];
  const title = `${note.event === 'started' ? '▶️' : icons[note.mood]} ${note.title}`;
  return {
    cardsV2: [
      {
        cardId: `${note.action}-${note.event}`,
        card: {
          header: { title: cardText(title) },
          // A card without a section is refused.
          sections: [{ widgets: widgets.length > 0 ? widgets : [paragraph(note.title)] }],
        },
      },
    ],
  };
}
