// Parses every mermaid block of the given Markdown files with every installed version of mermaid. Prints a JSON list of
// {file, version, chart, error}. Needs `npm ci --prefix test/gallery/mermaid`.
import { readFileSync } from 'node:fs';
import { JSDOM } from 'jsdom';

const { window } = new JSDOM('<!doctype html><body></body>');
Object.assign(globalThis, { window, document: window.document });
for (const name of ['Element', 'HTMLElement', 'Node', 'NodeFilter', 'DOMParser'])
  globalThis[name] = window[name];

const results = [];
for (const version of ['mermaid-10.9', 'mermaid-11.4', 'mermaid-11.17']) {
  const { default: mermaid } = await import(version);
  mermaid.initialize({ startOnLoad: false });
  for (const file of process.argv.slice(2))
    for (const [index, [, chart]] of [
      ...readFileSync(file, 'utf8').matchAll(/```mermaid\n([\s\S]*?)```/g),
    ].entries()) {
      let error = null;
      try {
        await mermaid.parse(chart);
      } catch (thrown) {
        error = String(thrown?.message ?? thrown).slice(0, 500);
      }
      results.push({ file, version, chart: index, error });
    }
}
console.log(JSON.stringify(results));
process.exit(0);
