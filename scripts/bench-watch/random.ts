/** A seeded generator of numbers in [0, 1), so that every machine prints the same table. */
export type Random = () => number;

/** xoshiro128**, seeded by splitmix32. */
export function random(seed: number): Random {
  let s = seed >>> 0;
  const split = () => {
    s = (s + 0x9e3779b9) >>> 0;
    let z = s;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) >>> 0;
  };
  let [a, b, c, d] = [split(), split(), split(), split()];
  return () => {
    const rotated = Math.imul(b, 5);
    const result = Math.imul((rotated << 7) | (rotated >>> 25), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = (d << 11) | (d >>> 21);
    return result / 2 ** 32;
  };
}

/** A Poisson variate: by multiplying up to a mean of 12, by Hörmann's transformed rejection (PTRS, 1993) above that. */
export function poisson(next: Random, mean: number): number {
  if (mean <= 0) return 0;
  if (mean < 12) {
    const limit = Math.exp(-mean);
    let count = 0;
    for (let product = next(); product > limit; product *= next()) count++;
    return count;
  }
  const root = Math.sqrt(mean);
  const b = 0.931 + 2.53 * root;
  const a = -0.059 + 0.02483 * b;
  const inverse = 1.1239 + 1.1328 / (b - 3.4);
  const v = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const u = next() - 0.5;
    const w = next();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + mean + 0.43);
    if (us >= 0.07 && w <= v) return k;
    if (k < 0 || (us < 0.013 && w > us)) continue;
    if (
      Math.log(w) + Math.log(inverse) - Math.log(a / (us * us) + b) <=
      k * Math.log(mean) - mean - logFactorial(k)
    )
      return k;
  }
}

const small = [0, 0];
for (let i = 2; i < 64; i++) small.push((small[i - 1] as number) + Math.log(i));

function logFactorial(k: number): number {
  if (k < 64) return small[k] as number;
  const x = k + 1;
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + 1 / (12 * x) - 1 / (360 * x ** 3);
}
