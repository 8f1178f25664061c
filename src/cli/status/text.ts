import { kindText } from '../../domain/deploy/kind-text.ts';
import { slug } from '../../domain/product.ts';
import { needsPerson, type ServingRevision, type Status } from '../../domain/status/status.ts';
import { runOf } from '../../domain/status/waits.ts';
import { logText } from '../../domain/text/safe-text.ts';
import { spanText } from '../../domain/text/span.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { wrap } from '../terminal/wrap.ts';

export interface StatusView {
  status: Status;
  exposure?: { exposure: string; proof: string; reason: string } | undefined;
}

/** What serves, for a terminal. `now` in milliseconds of the epoch, `server` is GitHub's address. */
export function statusText(
  { status, exposure }: StatusView,
  { style, width }: Pick<Terminal, 'style' | 'width'>,
  now: number,
  server: string,
): string {
  const { name, project, region, kind, url, release } = status;
  const line = (label: string, text: string) =>
    `${style.bold(label.padEnd(9))} ${wrap(logText(text, 4000), width - 10).replaceAll('\n', `\n${' '.repeat(10)}`)}`;
  const need = needsPerson(status);
  return [
    `${style.bold(name)}  ${project}/${region}, ${kindText(kind)}`,
    url,
    '',
    ...status.revisions.map((revision) => `  ${row(revision, now, style)}`),
    '',
    line('new', newText(status)),
    line('release', releaseText(release, server)),
    ...(exposure
      ? [line('exposure', `${exposure.exposure} (${exposure.proof} proof): ${exposure.reason}`)]
      : []),
    ...(need ? ['', wrap(`${style.red('!')} ${need}.`, width, '  ')] : []),
    ...(release.kind === 'open' && (release.record.phase === 'held' || release.run === 'over')
      ? [`    ${slug} rollback --project ${project} --region ${region} --name ${name} --to settle`]
      : []),
  ].join('\n');
}

function row(revision: ServingRevision, now: number, style: Terminal['style']): string {
  const { name, percent, tags, created, state, role, model } = revision;
  const filled = Math.round(percent / 10);
  const bar = style.green('█'.repeat(filled)) + style.dim('░'.repeat(10 - filled));
  const age = Date.parse(created);
  const words = [
    state === 'ready' ? '' : style.red(state),
    role ?? '',
    model === undefined ? '' : logText(model, 300),
    tags.length > 0 ? `tag ${tags.join(', ')}` : '',
    Number.isFinite(age) ? style.dim(`${spanText((now - age) / 1000)} old`) : '',
  ].filter(Boolean);
  return `${String(percent).padStart(3)} %  ${bar}  ${name}  ${words.join(', ')}`;
}

function newText({ building, latest, followsLatest }: Status): string {
  if (building) return 'a build or deploy is under way';
  if (latest !== undefined) return `${latest} was made last and gets no requests`;
  return followsLatest
    ? 'the next revision gets all requests as soon as it is ready'
    : 'nothing; traffic is pinned by name';
}

function releaseText(release: Status['release'], server: string): string {
  switch (release.kind) {
    case 'none':
      return 'no release has left a record';
    case 'unreadable':
      return `the record cannot be read: ${release.why}`;
    case 'ended': {
      const { stable, failed } = release.record;
      const bad = failed.length > 0 ? `; taken back: ${failed.join(', ')}` : '';
      return `the last one has ended (${runOf(release.record, server)}); proved good: ${stable ?? 'none yet'}${bad}`;
    }
    case 'open': {
      const run = { alive: 'under way', over: 'left unfinished', unknown: 'under way, or left unfinished' }[
        release.run
      ];
      return `${run} (${runOf(release.record, server)}); waits for ${release.waits}`;
    }
  }
}
