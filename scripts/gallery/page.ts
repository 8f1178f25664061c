import type { Shown } from './stage.ts';
import type { Story } from './story.ts';

export interface Told {
  story: Story;
  shown: Shown;
}

const cell = (text: string) => text.replace(/\|/g, '\\|').replace(/\s+/g, ' ');

/** Renders the gallery's first page with its table. */
export function page(told: readonly Told[]): string {
  const rows = told.map(({ story, shown }) => {
    const outcome = shown.report?.outcome;
    const headline = shown.report?.reason ?? '';
    return `| [${story.name}](${story.name}.md) | ${outcome ? `\`${outcome}\`` : 'none'} | ${cell(story.what)} | ${cell(headline)} | ${shown.code} | [log](${story.name}.log) |`;
  });
  return `# Every outcome, from real runs

\`npm run gallery\` writes this folder. For each story, it runs the built action against the sandbox as a runner does: the
main step, then the post step. The summary is what the job page shows. The log is what the log page shows, with groups
collapsed, masks applied and debug lines hidden. The steps take seconds instead of minutes, so that the runs are quick.
Paths, ports, process ids and the address of the registry are replaced. Nothing else is edited.

| story | outcome | what was done | what the run says | exit code | |
|:--|:--|:--|:--|--:|:--|
${rows.join('\n')}
`;
}
