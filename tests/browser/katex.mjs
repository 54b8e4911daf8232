// Every formula of every Markdown page below a folder, rendered by KaTeX at its strictest.
// node tests/browser/katex.mjs FOLDER     (katex must be found from the current folder's node_modules)
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const katex = createRequire(join(process.cwd(), "here.js"))("katex");
const options = { throwOnError: true, strict: "error", trust: false, output: "htmlAndMathml" };

function pages(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".md"))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

function formulas(text) {
  const displays = [...text.matchAll(/^\$\$\n([\s\S]*?)\n\$\$$/gm)].map((found) => [found[1], true]);
  const rest = text.replace(/^\$\$\n[\s\S]*?\n\$\$$/gm, "").replace(/`[^`]*`/g, "");
  if (rest.includes("$$")) throw new Error("a display that does not end");
  return [...displays, ...[...rest.matchAll(/\$([^$\n]+)\$/g)].map((found) => [found[1], false])];
}

function broken(page) {
  return formulas(readFileSync(page, "utf8")).flatMap(([formula, displayMode]) => {
    try {
      const html = katex.renderToString(formula, { ...options, displayMode });
      return html.includes("katex-error") ? [`${page}: ${formula}`] : [];
    } catch (error) {
      return [`${page}: ${error.message}\n  ${formula}`];
    }
  });
}

const found = pages(process.argv[2]);
const count = found.reduce((sum, page) => sum + formulas(readFileSync(page, "utf8")).length, 0);
const faults = found.flatMap(broken);
console.log(`KaTeX ${katex.version}: ${count} formulas on ${found.length} pages, ${faults.length} faults`);
for (const fault of faults) console.error(fault);
process.exit(faults.length || !count ? 1 : 0);
