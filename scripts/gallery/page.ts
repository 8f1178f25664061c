import type { Shown } from './stage.ts';
import type { Story } from './story.ts';

export interface Told {
  story: Story;
  shown: Shown;
}

const cell = (text: string) => text.replace(/\|/g, '\\|').replace(/\s+/g, ' ');

/** The table of the gallery. */
export function page(told: readonly Told[]): string {
  const rows = told.map(({ story, shown }) => {
    const outcome = shown.report?.outcome;
    const headline = shown.report?.reason ?? '';
    return `| [${story.name}](${story.name}.md) | ${outcome ? `\`${outcome}\`` : 'none'} | ${cell(story.what)} | ${cell(headline)} | ${shown.code} | [log](${story.name}.log) |`;
  });
  return `# Every outcome, from real runs

\`npm run gallery\` writes this folder: it runs the built action as a runner does, the main and then the post step, against the
sandbox, once for each story. A summary is what the job page shows, a log is what the log page shows: groups closed, masks
applied, debug lines hidden. Steps are kept short (seconds instead of minutes), so that the runs are quick; paths, ports
and process ids are taken out. Nothing else is edited.

| story | outcome | what was done | what the run says | exit code | |
|:--|:--|:--|:--|--:|:--|
${rows.join('\n')}
`;
}
