// Loaded with --import. As soon as the process has printed the text SKIP_AT, its steady clock is SKIP_MS milliseconds ahead: a deadline
// passes at a known point, however fast or slow the machine is.
let skipped = 0;
const now = performance.now.bind(performance);
performance.now = () => now() + skipped;

const write = process.stdout.write.bind(process.stdout);
process.stdout.write = (chunk, ...rest) => {
  if (String(chunk).includes(process.env.SKIP_AT ?? '')) skipped = Number(process.env.SKIP_MS ?? 0);
  return write(chunk, ...rest);
};
