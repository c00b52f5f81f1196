// Fails when a relative link in a Markdown file names a file or a heading that does not exist. Part of npm run check.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { root } from "./setup.mjs";

const skipped = new Set(["node_modules", "dist", "build", "coverage", "zoos"]);

function pages(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name.startsWith(".") || skipped.has(entry.name)) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return pages(path);
    return entry.name.endsWith(".md") ? [path] : [];
  });
}

const prose = (text) => text.replace(/^```.*?^```/gms, "").replace(/`[^`\n]*`/g, (code) => code.replace(/[[\]]/g, ""));

/** The anchors that GitHub gives the headings of a page. */
function anchors(path) {
  const headings = prose(readFileSync(path, "utf8")).matchAll(/^#+ +(.*)$/gm);
  return [...headings].map(([, text]) =>
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

let links = 0;
const broken = [];
for (const page of pages(root)) {
  for (const [, link] of prose(readFileSync(page, "utf8")).matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^[a-z]+:/.test(link)) continue;
    links++;
    const [path, anchor] = link.split("#");
    const target = path === "" ? page : resolve(dirname(page), path);
    const found = existsSync(target) && (anchor === undefined || anchors(target).includes(anchor));
    if (!found) broken.push(`${relative(root, page)}: ${link} does not exist`);
  }
}
for (const line of broken) console.error(line);
console.log(`check-docs: ${links} relative links, ${broken.length} broken`);
process.exitCode = broken.length === 0 ? 0 : 1;
