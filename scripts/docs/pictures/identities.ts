import { type Colours, svg, text } from './themes.ts';

/** Who logs in as whom, and what each account may do. */
export function identities({ text: ink, quiet, good, bad }: Colours): string {
  const box = (x: number, y: number, width: number, height: number, stroke: string) =>
    `  <rect x="${x}" y="${y}" width="${width}" height="${height}" rx="10" fill="none" stroke="${stroke}" stroke-width="2.5"/>`;
  const arrow = (path: string, tip: string, stroke: string) =>
    `  <path d="${path}" fill="none" stroke="${stroke}" stroke-width="2.5"/>\n  <path d="${tip}" fill="${stroke}"/>`;
  const down = (x: number, from: number, to: number) =>
    arrow(`M${x} ${from} V${to - 10}`, `M${x - 8} ${to - 12} h16 l-8 12 z`, quiet);
  return svg(640, 'The job logs in through the provider as the deployer and as the invoker', [
    box(120, 8, 400, 84, quiet),
    text(320, 42, 'Job on GitHub', ink, 'middle', true),
    text(320, 74, 'a token for this run, no key', quiet, 'middle'),
    down(320, 92, 140),
    box(120, 140, 400, 84, good),
    text(320, 174, 'Workload identity provider', ink, 'middle', true),
    text(320, 206, 'only your repository, by its id', good, 'middle'),
    down(170, 224, 280),
    down(470, 224, 280),
    box(16, 280, 300, 116, quiet),
    text(166, 314, 'deployer', ink, 'middle', true),
    text(166, 346, 'builds, reads logs,', quiet, 'middle'),
    text(166, 376, 'moves the traffic', quiet, 'middle'),
    box(340, 280, 284, 116, quiet),
    text(482, 314, 'invoker', ink, 'middle', true),
    text(482, 346, 'calls this function', quiet, 'middle'),
    text(482, 376, 'and nothing else', quiet, 'middle'),
    down(170, 396, 460),
    down(470, 396, 460),
    box(16, 460, 608, 84, good),
    text(320, 494, 'Function ocr-api', ink, 'middle', true),
    text(320, 526, 'runs as its own account', quiet, 'middle'),
    arrow('M320 632 V566', 'M312 568 h16 l-8 -12 z', bad),
    `  <path d="M306 586 l28 28 m0 -28 l-28 28" stroke="${bad}" stroke-width="5"/>`,
    text(346, 608, 'internet: refused', bad),
  ]);
}
