/** Compares which files we upload with the installed gcloud: `npm run peers -- gcloud`. */
import { compare, gcloudLibrary, nothingYet, sentence } from './compare.ts';

const trees = 15_000;
const atOnce = 500;

const library = gcloudLibrary();
if (!library) console.log('Skipped: gcloud or python3 is not installed.');
else {
  const counts = nothingYet();
  for (let first = 0; first < trees; first += atOnce)
    compare(
      library,
      Array.from({ length: atOnce }, (_, at) => first + at),
      counts,
    );
  for (const wrong of [...counts.more, ...counts.lost].slice(0, 40)) console.log(JSON.stringify(wrong));
  console.log(sentence(counts));
  if (counts.more.length > 0 || counts.lost.length > 0) process.exitCode = 1;
}
