/**
 * Shows an action's output as GitHub's log page does: it applies masks, hides debug lines, collapses groups to their titles
 * and prints annotations as Error, Warning and Notice.
 */
export function runnerLog(print: (line: string) => void): (line: string) => void {
  const masks: string[] = [];
  let grouped = false;
  const decode = (text: string) => text.replace(/%0D/g, '\r').replace(/%0A/g, '\n').replace(/%25/g, '%');
  const masked = (text: string) => masks.reduce((shown, mask) => shown.split(mask).join('***'), text);
  return (line) => {
    const command = /^::([a-z-]+)(?: ([^:]*))?::(.*)$/.exec(line);
    const [, name, , text = ''] = command ?? [];
    if (name === 'add-mask') masks.push(decode(text));
    else if (name === 'debug') return;
    else if (name === 'group') {
      grouped = true;
      print(masked(`▸ ${decode(text)}`));
    } else if (name === 'endgroup') grouped = false;
    else if (name === 'error' || name === 'warning' || name === 'notice')
      print(masked(`${name[0]?.toUpperCase()}${name.slice(1)}: ${decode(text)}`));
    else if (!grouped) print(masked(line));
  };
}
