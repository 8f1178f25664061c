import { isNewerRun, type RunOfSection, type Section } from './section.ts';

/** A commit that a section of the comment was about, with the newest run that wrote about it. */
export interface SeenCommit {
  commit: string;
  run: number;
}

export interface CommentContent {
  sections: readonly Section[];
  /** The newest commits that any step wrote about, the newest first. */
  commits: readonly SeenCommit[];
}

export const emptyContent: CommentContent = { sections: [], commits: [] };

/** A section that none of so many commits has renewed is of a step that does not run any more. */
export const mostCommits = 4;

/** The commit that the newest run is about. */
export const newestCommit = ({ commits }: CommentContent): string | undefined => commits[0]?.commit;

function seen(commits: readonly SeenCommit[]): SeenCommit[] {
  const newest = new Map<string, number>();
  for (const { commit, run } of commits) newest.set(commit, Math.max(run, newest.get(commit) ?? 0));
  return (
    [...newest]
      .map(([commit, run]) => ({ commit, run }))
      // act gives every run the same id. The order in which they were written decides then.
      .sort((a, b) => b.run - a.run)
      .slice(0, mostCommits)
  );
}

const sameRun = (a: RunOfSection, b: RunOfSection) => a.id === b.id && a.attempt === b.attempt;

/** Joins several comments, which two jobs made at the same time. Of two sections with one key the newer stays. */
export function joinContents(contents: readonly CommentContent[]): CommentContent {
  const sections = new Map<string, Section>();
  for (const section of contents.flatMap((content) => content.sections)) {
    const other = sections.get(section.key);
    if (!other || isNewerRun(section.run, other.run)) sections.set(section.key, section);
    else if (sameRun(section.run, other.run) && section.writer !== other.writer) addLeg(sections, section);
  }
  return { sections: [...sections.values()], commits: seen(contents.flatMap(({ commits }) => commits)) };
}

/** The legs of a matrix are one step of one run, so their key is the same. The second gets a number. */
const legKey = (key: string, leg: number) => (leg === 1 ? key : `${key}#${leg}`);

function addLeg(sections: Map<string, Section>, section: Section): void {
  for (let leg = 2; ; leg++) {
    const key = legKey(section.key, leg);
    if (sections.get(key)?.writer === section.writer) return;
    if (sections.has(key)) continue;
    sections.set(key, { ...section, key });
    return;
  }
}

/**
 * Puts a section into the comment: in the place of what the same step of an older run said. `newer` if a newer run has already
 * written there. A section that no commit has renewed for long goes.
 */
export function putSection(content: CommentContent, own: Section): CommentContent | 'newer' {
  const before = new Map(content.sections.map((section) => [section.key, section]));
  for (const { key, writer } of content.sections) if (writer === own.writer) before.delete(key);
  for (let leg = 1; ; leg++) {
    const key = legKey(own.key, leg);
    const there = before.get(key);
    if (there && isNewerRun(there.run, own.run)) return 'newer';
    // A run is about one commit, and only act gives the runs of two commits one id.
    if (there && sameRun(there.run, own.run) && there.commit === own.commit) continue;
    before.set(key, { ...own, key });
    break;
  }
  const commits = seen([{ commit: own.commit, run: own.run.id }, ...content.commits]);
  const known = new Set(commits.map(({ commit }) => commit));
  return { sections: [...before.values()].filter(({ commit }) => known.has(commit)), commits };
}

/** Does the comment hold what this writer wrote? */
export const holds = ({ sections }: CommentContent, { writer }: Pick<Section, 'writer'>): boolean =>
  sections.some((section) => section.writer === writer);
