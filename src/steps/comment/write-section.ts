import { composeComment } from '../../domain/comment/compose.ts';
import { holds, joinContents, putSection } from '../../domain/comment/merge.ts';
import { isOurText, parseComment } from '../../domain/comment/parse.ts';
import type { Section } from '../../domain/comment/section.ts';
import type { Clock } from '../ports/clock.ts';
import { CommentRefused, type Comments, type PostedComment } from './ports.ts';

export interface WritePorts {
  comments: Comments;
  clock: Pick<Clock, 'steady' | 'sleep'>;
  /** Returns a number from 0 to 1. Tests fix it. */
  random?: () => number;
}

export type Written = { state: 'written' | 'newer'; url: string | undefined };

/** How long after its write a step looks again. It is longer than another step takes from reading to writing. */
const settleMs = 2000;
/** A step that read longer ago than this reads again before it writes. */
const staleMs = 800;
const mostRounds = 8;

/**
 * Brings one step's section into the comment that all steps of the pull request share. GitHub changes a comment as a whole and has no
 * condition for it, so two steps can overwrite each other: each looks again after it has written, and writes again if its section is
 * gone. If two steps have made a comment at the same time, the older one stays and takes over what the other says.
 */
export async function writeSection(
  { comments, clock, random = Math.random }: WritePorts,
  section: Section,
  signal: AbortSignal,
): Promise<Written> {
  let author = await comments.author(signal);
  let wrote: PostedComment | undefined;
  for (let round = 1; ; round++) {
    const read = clock.steady();
    const ours = (await comments.list(signal)).filter((one) => one.author === author && isOurText(one.body));
    const [kept, ...others] = ours;
    const content = joinContents(ours.map(({ body }) => parseComment(body)));
    if (wrote && others.length === 0 && kept && holds(content, section))
      return { state: 'written', url: kept.url };
    const put = putSection(content, section);
    if (put === 'newer' && others.length === 0) return { state: 'newer', url: kept?.url };
    if (round > mostRounds) return { state: 'written', url: (kept ?? wrote)?.url };
    // Another step may have written while this one read many pages.
    if (clock.steady() - read > staleMs && round < mostRounds / 2) continue;
    try {
      const body = composeComment(put === 'newer' ? content : put);
      wrote = kept ? await comments.update(kept.id, body, signal) : await comments.create(body, signal);
      // The comment shows for certain who its author is.
      if (!kept) author = wrote.author;
      for (const { id } of others) await comments.remove(id, signal);
    } catch (error) {
      // The comment may have been deleted since, and a write may have taken effect: the next round sees it.
      const again = error instanceof CommentRefused && (error.unclear || (error.status === 404 && kept));
      if (!again || round >= mostRounds) throw error;
    }
    await clock.sleep(settleMs * (0.8 + 0.4 * random()), signal);
  }
}
