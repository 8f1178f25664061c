import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseComment } from '../../../src/domain/comment/parse.ts';
import type { Section } from '../../../src/domain/comment/section.ts';
import { CommentRefused, type Comments, type PostedComment } from '../../../src/steps/comment/ports.ts';
import { writeSection } from '../../../src/steps/comment/write-section.ts';
import { section } from '../../domain/comment/sections.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const bot = 'github-actions[bot]';
const never = new AbortController().signal;

/** The comments of one pull request, where every call takes its time. A write takes effect in the middle of its call. */
class Conversation {
  comments: PostedComment[] = [];
  #id = 0;
  creates = 0;
  readonly #clock: VirtualClock;
  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  add(author: string, body: string): PostedComment {
    const made = { id: ++this.#id, author, body, url: `url of ${this.#id}` };
    this.comments.push(made);
    return made;
  }

  /** One writer's view, whose calls take so many milliseconds. */
  as(milliseconds: number, more: Partial<Comments> = {}): Comments {
    const around = async <T>(work: () => T): Promise<T> => {
      await this.#clock.sleep(milliseconds / 2);
      const done = work();
      await this.#clock.sleep(milliseconds / 2);
      return done;
    };
    const find = (id: number) => {
      const found = this.comments.find((one) => one.id === id);
      if (!found) throw new CommentRefused(404, 'Not Found', false);
      return found;
    };
    return {
      author: async () => bot,
      list: () => around(() => this.comments.map((one) => ({ ...one }))),
      create: (body) =>
        around(() => {
          this.creates++;
          return this.add(bot, body);
        }),
      update: (id, body) => around(() => Object.assign(find(id), { body })),
      remove: (id) =>
        around(() => {
          this.comments = this.comments.filter((one) => one.id !== id);
        }),
      ...more,
    };
  }

  get own(): PostedComment[] {
    return this.comments.filter(({ author }) => author === bot);
  }

  get titles(): string[] {
    return this.own.flatMap(({ body }) => parseComment(body).sections.map(({ title }) => title)).sort();
  }
}

function world() {
  const clock = new VirtualClock();
  const conversation = new Conversation(clock);
  const write = (one: Section, comments = conversation.as(100)) =>
    writeSection({ comments, clock, random: () => 0.5 }, one, never);
  return { clock, conversation, write };
}

test('the first step makes the comment, the second brings it up to date', async () => {
  const { conversation, write } = world();
  expect(await write(section())).toEqual({ state: 'written', url: 'url of 1' });
  expect(await write(section({ title: 'Plan' }))).toEqual({ state: 'written', url: 'url of 1' });
  expect([conversation.titles, conversation.creates]).toEqual([['Files', 'Plan'], 1]);
});

test('the comment of somebody else with our mark is left alone', async () => {
  const { conversation, write } = world();
  await write(section());
  const copied = conversation.own[0]?.body ?? '';
  conversation.comments = [];
  const foreign = conversation.add('mallory', copied);
  await write(section({ title: 'Plan' }));
  expect(conversation.comments.find(({ id }) => id === foreign.id)).toEqual({ ...foreign, body: copied });
  expect(conversation.titles).toEqual(['Plan']);
});

test('where GitHub does not say as whom a token writes, its own comment shows it, and there is one comment in the end', async () => {
  const { conversation, write } = world();
  const unknown = () => ({ ...conversation.as(100), author: async () => 'somebody-else' });
  await write(section(), unknown());
  await write(section({ title: 'Plan' }), unknown());
  expect([conversation.own.length, conversation.titles]).toEqual([1, ['Files', 'Plan']]);
});

test('an earlier run does not overwrite what a later one wrote', async () => {
  const { conversation, write } = world();
  await write(section({ run: { id: 200, attempt: 1 } }));
  const before = conversation.own[0]?.body;
  expect(await write(section({ run: { id: 199, attempt: 1 } }))).toMatchObject({ state: 'newer' });
  expect(conversation.own[0]?.body).toBe(before);
});

describe('trouble on the way', () => {
  test('a comment that was made although its answer was lost is found, and not made again', async () => {
    const { conversation, write } = world();
    const base = conversation.as(100);
    let lost = 0;
    const create: Comments['create'] = async (body, signal) => {
      await base.create(body, signal);
      lost++;
      throw new CommentRefused(502, 'bad gateway', true);
    };
    expect(await write(section(), { ...base, create })).toMatchObject({ state: 'written' });
    expect([conversation.titles, lost]).toEqual([['Files'], 1]);
  });

  test('a comment that somebody deletes between reading and writing is made again', async () => {
    const { conversation, write } = world();
    await write(section());
    const base = conversation.as(100);
    let deleted = false;
    const update: Comments['update'] = (id, body, signal) => {
      if (!deleted) conversation.comments = [];
      deleted = true;
      return base.update(id, body, signal);
    };
    await write(section({ title: 'Plan' }), { ...base, update });
    expect(conversation.titles).toEqual(['Plan']);
  });

  test('a refusal ends it', async () => {
    const { write, conversation } = world();
    const create = async () => {
      throw new CommentRefused(403, 'Resource not accessible by integration', false);
    };
    await expect(write(section(), { ...conversation.as(1), create })).rejects.toMatchObject({ status: 403 });
  });
});

test('property: jobs that write at the same time leave one comment with what each of them said', async () => {
  const writer = fc.record({
    delay: fc.integer({ min: 0, max: 3000 }),
    call: fc.integer({ min: 20, max: 600 }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(writer, { minLength: 2, maxLength: 6 }),
      fc.boolean(),
      async (writers, legs) => {
        const { clock, conversation, write } = world();
        const done = await Promise.all(
          writers.map(async ({ delay, call }, at) => {
            await clock.sleep(delay);
            // Legs of a matrix have one title and one key.
            return write(section({ title: legs ? 'Smoke test' : `Step ${at}` }), conversation.as(call));
          }),
        );
        expect(done.map(({ state }) => state)).toEqual(writers.map(() => 'written'));
        expect(conversation.own).toHaveLength(1);
        expect(conversation.titles).toHaveLength(writers.length);
        expect(done.at(-1)?.url).toBe(conversation.own[0]?.url);
      },
    ),
    { numRuns: 200 },
  );
});
