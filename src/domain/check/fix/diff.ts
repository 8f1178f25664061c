/** A unified diff of two texts that differ in a few lines, with three lines around each change. */
export function unifiedDiff(file: string, before: string, after: string, around = 3): string {
  const [old, now] = [before.split('\n'), after.split('\n')];
  const hunks: string[] = [];
  for (const { at, to, nowAt, nowTo } of changes(old, now)) {
    const start = Math.max(0, at - around);
    const end = Math.min(old.length, to + around);
    const nowStart = nowAt - (at - start);
    const lines = [
      ...old.slice(start, at).map((line) => ` ${line}`),
      ...old.slice(at, to).map((line) => `-${line}`),
      ...now.slice(nowAt, nowTo).map((line) => `+${line}`),
      ...old.slice(to, end).map((line) => ` ${line}`),
    ];
    hunks.push(
      `@@ -${start + 1},${end - start} +${nowStart + 1},${end - start - (to - at) + (nowTo - nowAt)} @@`,
      ...lines,
    );
  }
  return hunks.length === 0 ? '' : [`--- a/${file}`, `+++ b/${file}`, ...hunks].join('\n');
}

/** Stretches that differ. A line that is the same in both ends one; the nearest such line is taken. */
function changes(old: readonly string[], now: readonly string[]) {
  const found: { at: number; to: number; nowAt: number; nowTo: number }[] = [];
  let [i, j] = [0, 0];
  while (i < old.length || j < now.length) {
    if (old[i] === now[j] && i < old.length && j < now.length) {
      i++;
      j++;
      continue;
    }
    const [to, nowTo] = meeting(old, now, i, j);
    const last = found.at(-1);
    // Two changes that share their surroundings are one.
    if (last && i - last.to <= 6) Object.assign(last, { to, nowTo });
    else found.push({ at: i, to, nowAt: j, nowTo });
    [i, j] = [to, nowTo];
  }
  return found;
}

function meeting(old: readonly string[], now: readonly string[], i: number, j: number): [number, number] {
  for (let far = 1; far < 200; far++)
    for (let a = 0; a <= far; a++) {
      const b = far - a;
      if (
        i + a < old.length &&
        j + b < now.length &&
        old[i + a] === now[j + b] &&
        (old[i + a]?.trim() !== '' || (i + a === old.length - 1 && j + b === now.length - 1))
      )
        return [i + a, j + b];
    }
  return [old.length, now.length];
}
