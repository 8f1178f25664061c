/**
 * One part of a grid that takes minutes as a whole. Every day has another part, so that in as many days as there are parts all
 * of it runs. `TEST_PARTS=all` runs the whole, and a number repeats the part of that day.
 */
const asked = process.env.TEST_PARTS;
const today = asked === undefined || asked === 'all' ? Math.floor(Date.now() / 86_400_000) : Number(asked);

/** Is it the turn of the item with this number? Neighbours are in different parts. */
export const isTurn = (number: number, parts: number): boolean =>
  asked === 'all' || number % parts === today % parts;

/** What the output says about a part. */
export const partText = (taken: number, all: number, what: string): string =>
  `${taken} of ${all} ${what}${asked === 'all' ? '' : ` (TEST_PARTS=${today}; TEST_PARTS=all takes all)`}`;
