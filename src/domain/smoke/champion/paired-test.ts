/**
 * The sign-flip test, a paired randomisation test (R. A. Fisher, The Design of Experiments, 1935, section 21; for scores of texts: A. Yeh, More
 * accurate tests for the statistical significance of result differences, COLING 2000). If two readers are equally good, each
 * difference could as well have had the other sign. The test counts in how many of these worlds the mean is at least as large.
 */

/** Up to so many differences that are not zero, every world is counted. */
const exactUpTo = 14;
/** With more of them a sample is counted. The observed world is one of it, which keeps the test valid (Phipson and Smyth 2010). */
const sampled = 4999;

/** The share of worlds whose mean is at least the observed one: small if the differences are above zero and not by chance. */
export function chanceOf(differences: readonly number[]): number {
  const values = differences.filter((value) => value !== 0);
  const observed = sum(values);
  // Rounding must not decide whether a world counts as equal.
  const least = observed - 1e-9 * values.reduce((all, value) => all + Math.abs(value), 0);
  if (values.length <= exactUpTo) {
    let [world, reached] = [observed, 1];
    const signs = values.map(() => 1);
    // A Gray code: each world differs from the one before in one sign.
    for (let i = 1; i < 2 ** values.length; i++) {
      const at = 31 - Math.clz32(i & -i);
      const sign = signs[at] ?? 1;
      world -= 2 * sign * (values[at] ?? 0);
      signs[at] = -sign;
      if (world >= least) reached += 1;
    }
    return reached / 2 ** values.length;
  }
  const coin = coins();
  let reached = 1;
  for (let i = 0; i < sampled; i++) {
    let world = 0;
    for (const value of values) world += coin() ? value : -value;
    if (world >= least) reached += 1;
  }
  return reached / (sampled + 1);
}

const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);

/** The same coins for every test, so that the same answers always give the same decision (Marsaglia's xorshift). */
function coins(): () => boolean {
  let state = 0x2545f491;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state < 0;
  };
}

/**
 * The means that the test does not contradict at `alpha` on either side, within -1 and 1. A world reaches the mean of differences that are
 * all smaller by `x` if and only if the mean of those whose sign it changes is at most `x`. So the ends of the interval are two of these
 * means (J. A. Hartigan, Using subsample values as typical values, JASA 64, 1969), and the test need not be repeated for every `x`.
 */
export function intervalOf(differences: readonly number[], alpha: number): [low: number, high: number] {
  const { means, worlds } = changedMeans(differences);
  // The observed world counts as one that reaches it, and so do those of the sample that change no sign.
  const idle = worlds - 1 - means.length;
  const allowed = Math.floor(alpha * worlds + 1e-9) - 1 - idle;
  return allowed < 0 ? [-1, 1] : [means[allowed] ?? -1, means[means.length - 1 - allowed] ?? 1];
}

/** The mean of the differences whose sign changes, for every other world that changes any, in order. */
function changedMeans(differences: readonly number[]): { means: Float64Array; worlds: number } {
  const count = differences.length;
  const found: number[] = [];
  const note = (isChanged: (at: number) => boolean) => {
    let [all, changed] = [0, 0];
    for (let at = 0; at < count; at++)
      if (isChanged(at)) {
        all += differences[at] ?? 0;
        changed += 1;
      }
    if (changed > 0) found.push(all / changed);
  };
  if (count <= exactUpTo)
    for (let world = 1; world < 2 ** count; world++) note((at) => (world & (1 << at)) !== 0);
  else {
    const coin = coins();
    for (let i = 0; i < sampled; i++) note(() => !coin());
  }
  return { means: Float64Array.from(found).sort(), worlds: count <= exactUpTo ? 2 ** count : sampled + 1 };
}
