import type { Door } from '../../posture/doors.ts';
import { amber, chartText, fence, green, grey, red } from '../charts/text.ts';

const marks = { yes: 'ok', no: 'no', unknown: 'not known' } as const;
const most = 12;

/** Every way from the Internet to the service as a Mermaid flowchart: what a request meets on each, and whether it holds. */
export function doorsDiagram(doors: readonly Door[], service: string): string[] {
  if (doors.length === 0) return [];
  const lines = ['flowchart LR', '  net(("Internet"))', `  svc["${chartText(service, 40)}"]`];
  for (const [index, { name, meets, state }] of doors.slice(0, most).entries()) {
    const door = `d${index}`;
    lines.push(`  ${door}["${chartText(name, 60)}"]:::${state}`);
    if (state === 'closed') {
      lines.push(`  net -.-x ${door}`);
      continue;
    }
    let from = door;
    lines.push(`  net --> ${door}`);
    for (const [step, meet] of meets.entries()) {
      const node = `d${index}s${step}`;
      lines.push(
        `  ${node}{"${chartText(meet.name, 40)}: ${marks[meet.holds]}"}:::${meet.holds}`,
        `  ${from} --> ${node}`,
      );
      from = node;
    }
    lines.push(`  ${from} --> svc`);
  }
  const style = (name: string, colour: string) => `  classDef ${name} stroke:${colour},stroke-width:3px`;
  lines.push(
    style('open', red),
    style('no', red),
    style('guarded', green),
    style('yes', green),
    style('closed', grey),
    style('unknown', amber),
  );
  return fence(lines);
}
