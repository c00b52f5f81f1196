// Fails when a relative link in a Markdown file names a file or a heading that does not exist, when CONTRIBUTING.md leaves
// out a command or docs/README.md a package, or when the cells of a table are padded: then one longer cell would change
// every row of a diff. Part of npm run check.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { root } from "../setup.mjs";

const skipped = new Set(["node_modules", "dist", "build", "coverage", "zoos"]);

function pages(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name.startsWith(".") || skipped.has(entry.name)) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return pages(path);
    return entry.name.endsWith(".md") ? [path] : [];
  });
}

const withoutBlocks = (text) => text.replace(/^```.*?^```/gms, (block) => block.replace(/[^\n]/g, ""));
const prose = (text) => withoutBlocks(text).replace(/`[^`\n]*`/g, (code) => code.replace(/[[\]]/g, ""));

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

/** The relative links of a page. */
export function linksOf(text) {
  const links = [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link);
  return links.filter((link) => !/^[a-z]+:/.test(link));
}

/** The numbers of the lines that are a row of a table with padded cells: `| a   | b |`, `| ----- |`. */
export function paddedRows(text) {
  return withoutBlocks(text)
    .split("\n")
    .flatMap((line, i) => (/^\s*\|(.* {2}\|| {2}|.*\| {2}|.*-{4,} *:?\|)/.test(line) ? [i + 1] : []));
}

/** The scripts of a package.json that a page does not name as `npm run NAME` or `npm NAME`, those that npm runs itself apart. */
export function unnamedCommands(scripts, text) {
  const runByNpm = (name) => name.startsWith("pre") && Object.hasOwn(scripts, name.slice(3));
  const names = Object.keys(scripts).filter((name) => !runByNpm(name));
  return names.filter((name) => !new RegExp(`npm (run )?(-s )?${name}(?![\\w-])`).test(text));
}

/** The packages, as folders below the root, to whose README no link of docs/README.md leads. */
export function unlinkedPackages(folders, text) {
  return folders.filter((folder) => !linksOf(text).includes(`../${folder}/README.md`));
}

function isBroken(page, link) {
  const [path, anchor] = link.split("#");
  const target = path === "" ? page : resolve(dirname(page), path);
  return !existsSync(target) || (anchor !== undefined && !anchors(target).includes(anchor));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  let links = 0;
  const faults = [];
  for (const page of pages(root)) {
    const text = readFileSync(page, "utf8");
    const name = relative(root, page);
    const found = linksOf(text);
    links += found.length;
    for (const link of found.filter((link) => isBroken(page, link))) faults.push(`${name}: ${link} does not exist`);
    for (const line of paddedRows(text)) faults.push(`${name}:${line}: a padded table; write "| a | b |"`);
  }
  const read = (name) => readFileSync(join(root, name), "utf8");
  const { scripts } = JSON.parse(read("package.json"));
  for (const name of unnamedCommands(scripts, read("CONTRIBUTING.md")))
    faults.push(`CONTRIBUTING.md: the command ${name} of package.json is not in its table`);
  const published = readdirSync(join(root, "packages")).map((name) => `packages/${name}`);
  for (const folder of unlinkedPackages(published, read("docs/README.md")))
    faults.push(`docs/README.md: has no link to ${folder}/README.md`);
  for (const line of faults) console.error(line);
  console.log(`check-docs: ${links} relative links, ${faults.length} faults`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}
