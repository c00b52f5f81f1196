// Fails when files import each other, a package imports another against the arrows of ARCHITECTURE.md, or two sources of
// a package have one name. Imports of types count. Part of npm run check.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { manifest, packages } from "../setup.mjs";

/** What the sources of a package may import of the workspace. A package that is not listed may import all but @zoo/gen. */
const ARROWS = {
  "@zoo/format": [],
  "@zoo/cli": ["@zoo/format"],
  "@zoo/data": ["@zoo/format"],
  "@zoo/engine": ["@zoo/format"],
  "@zoo/gen": ["@zoo/format", "@zoo/cli", "@zoo/data", "@zoo/engine"],
  "@zoo/analysis": ["@zoo/format", "@zoo/cli", "@zoo/data", "@zoo/engine"],
  "@zoo/bench": ["@zoo/format", "@zoo/cli", "@zoo/data", "@zoo/engine", "@zoo/analysis"],
};

/** Names that say what a file is to its folder, not what it is about. */
const REPEATABLE = new Set(["index.ts"]);

const SKIPPED = new Set(["node_modules", "dist", "build", "fixtures"]);

/** All TypeScript and JavaScript files below a folder. */
function sources(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (SKIPPED.has(entry.name)) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    return /\.(ts|mts|mjs|js)$/.test(entry.name) ? [path] : [];
  });
}

/** What the text of a file imports, statically or dynamically, for itself or to export it, as a value or a type. */
export function importsOf(text) {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
  const patterns = [
    /^\s*(?:import|export)\b[^"'`;]*?\bfrom\s*["']([^"']+)["']/gm,
    /^\s*import\s*["']([^"']+)["']/gm,
    /\bimport\(\s*["']([^"']+)["']/g,
  ];
  return patterns.flatMap((pattern) => [...code.matchAll(pattern)].map(([, name]) => name));
}

/** The cycles of a graph, as lists of nodes: its strongly connected components of more than one node (Tarjan 1972). */
export function cycles(graph) {
  const order = new Map();
  const low = new Map();
  const stack = [];
  const found = [];
  const visit = (node) => {
    order.set(node, order.size);
    low.set(node, order.get(node));
    stack.push(node);
    for (const next of graph.get(node) ?? []) {
      if (!order.has(next)) visit(next);
      if (stack.includes(next)) low.set(node, Math.min(low.get(node), low.get(next)));
    }
    if (low.get(node) !== order.get(node)) return;
    const component = stack.splice(stack.indexOf(node));
    if (component.length > 1 || graph.get(node)?.includes(node)) found.push(component);
  };
  for (const node of graph.keys()) if (!order.has(node)) visit(node);
  return found;
}

/** Whether a file of the package `name`, a test apart, may import `path`: its own files, other people's packages, ARROWS. */
export function isAllowed(name, path) {
  const imported = /^@zoo\/[^/]+/.exec(path)?.[0];
  if (imported === undefined || imported === name) return true;
  return ARROWS[name]?.includes(imported) ?? imported !== "@zoo/gen";
}

/** The sources among `paths` that have the name of another. */
export function sameNames(paths) {
  const seen = new Map();
  return paths.flatMap((path) => {
    const name = basename(path);
    if (!path.startsWith("src") || REPEATABLE.has(name)) return [];
    const other = seen.get(name);
    seen.set(name, path);
    return other === undefined ? [] : [`${other} and ${path} have one name; say in each what it is about`];
  });
}

/** What is wrong in one package, a line each. */
function faultsOf(folder) {
  const { name } = manifest(folder);
  const files = sources(folder);
  const imports = new Map(files.map((file) => [file, importsOf(readFileSync(file, "utf8"))]));
  const graph = new Map(
    files.map((file) => [
      file,
      imports
        .get(file)
        .filter((path) => path.startsWith("."))
        .map((path) => resolve(dirname(file), path)),
    ]),
  );
  const faults = cycles(graph).map(
    (cycle) => `${name}: these files import each other: ${cycle.map((file) => relative(folder, file)).join(", ")}`,
  );
  faults.push(...sameNames(files.map((file) => relative(folder, file))).map((fault) => `${name}: ${fault}`));
  for (const file of files.map((file) => relative(folder, file)).filter((path) => !path.startsWith("test"))) {
    for (const imported of imports.get(join(folder, file))) {
      if (!isAllowed(name, imported)) faults.push(`${name}: ${file} imports ${imported}, against the arrows`);
    }
  }
  return faults;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const faults = packages().flatMap(faultsOf);
  for (const line of faults) console.error(line);
  console.log(`check-imports: ${packages().length} packages, ${faults.length} faults`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}
