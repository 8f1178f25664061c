// Loaded with --import. The clock of the machine is CLOCK_AHEAD milliseconds ahead from the start. CLOCK_STEPS is a list of
// [text, milliseconds]: as soon as the process has printed the text, the clock is set by that much, one step after the other.
const RealDate = globalThis.Date;
let ahead = Number(process.env.CLOCK_AHEAD ?? 0);
const steps = JSON.parse(process.env.CLOCK_STEPS ?? '[]');

globalThis.Date = class extends RealDate {
  constructor(...given) {
    super(...(given.length === 0 ? [RealDate.now() + ahead] : given));
  }
  static now() {
    return RealDate.now() + ahead;
  }
};

const write = process.stdout.write.bind(process.stdout);
process.stdout.write = (chunk, ...rest) => {
  while (steps.length > 0 && String(chunk).includes(steps[0][0])) ahead += steps.shift()[1];
  return write(chunk, ...rest);
};
// The test reads on standard error that every step was taken.
process.on('exit', () => process.stderr.write(`clock steps left: ${steps.length}\n`));
