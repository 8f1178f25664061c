import { type Colours, svg, text } from './themes.ts';

const floor = 330;
const height = 262;
const y = (percent: number) => floor - (percent / 100) * height;

/** Where each share of the traffic begins and ends in the picture. */
const steps = [
  { percent: 0, from: 16, to: 172 },
  { percent: 5, from: 172, to: 266 },
  { percent: 25, from: 266, to: 360 },
  { percent: 50, from: 360, to: 454 },
  { percent: 100, from: 454, to: 624 },
];

/** The line that goes up the steps, in the form of an SVG path. */
const rise = `M16 ${steps.map(({ percent, to }, at) => `${at === 0 ? y(percent) : `V${y(percent)}`} H${to}`).join(' ')}`;

/** The traffic of a release: up the canary steps, or back to zero. */
export function traffic({ text: ink, quiet, good, bad }: Colours): string {
  const labels = steps.map(({ percent, from, to }) =>
    text((from + to) / 2, y(percent) - 12, `${percent} %`, percent === 100 ? good : ink, 'middle', true),
  );
  return svg(424, 'Traffic of the new revision: 0, 5, 25, 50 and 100 %; back to 0 if it fails', [
    text(16, 36, 'Traffic of the new revision', quiet),
    `  <path d="M16 ${floor + 4}H624" stroke="${quiet}" stroke-width="1.5"/>`,
    `  <path d="${rise}" fill="none" stroke="${good}" stroke-width="6" stroke-linejoin="round"/>`,
    `  <path d="M454 ${y(50)} V${floor} H624" fill="none" stroke="${bad}" stroke-width="6" stroke-dasharray="11 8" stroke-linejoin="round"/>`,
    ...labels,
    text(624, y(100) + 36, 'it keeps its', good, 'end'),
    text(624, y(100) + 64, 'objective', good, 'end'),
    text(624, floor - 46, 'it fails:', bad, 'end'),
    text(624, floor - 18, 'back at once', bad, 'end'),
    text(16, floor + 40, 'built, proved', ink),
    text(16, floor + 70, 'private, tested', ink),
    text(313, floor + 40, 'watched', ink, 'middle'),
    text(313, floor + 70, 'at each step', ink, 'middle'),
    text(624, floor + 40, 'watched,', ink, 'end'),
    text(624, floor + 70, 'then released', ink, 'end'),
  ]);
}
