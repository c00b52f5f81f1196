/**
 * A process of its own, so that its memory can be measured: `wrong-lists.ts ZOO_JSON`. Puts a million wrong items in the
 * place of each list and map of a manifest, one after the other, parses it, and prints the processor's time and the memory that it took.
 */
import { readFileSync } from "node:fs";
import { isZooError, type Json, parseManifest } from "../../src/index.ts";

const ITEMS = 1_000_000;
const good = JSON.parse(readFileSync(process.argv[2], "utf8")) as Json;

/** Where the lists and maps of the manifest are; of several alike, the first. */
function places(value: Json, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== "object" || value === null) return [];
  const own = path.length === 0 ? [] : [path];
  if (Array.isArray(value)) return [...own, ...(value.length > 0 ? places(value[0], [...path, 0]) : [])];
  return [...own, ...Object.entries(value).flatMap(([key, child]) => places(child, [...path, key]))];
}

/** The manifest with `text` in the place. */
function withText(path: (string | number)[], text: string): string {
  const marker = "the-place";
  const copy = structuredClone(good);
  let parent = copy as Record<string | number, Json>;
  for (const key of path.slice(0, -1)) parent = parent[key] as Record<string | number, Json>;
  parent[path[path.length - 1]] = marker;
  return JSON.stringify(copy).replace(`"${marker}"`, text);
}

const numbers = `[${Array(ITEMS).fill("-1").join()}]`;
const objects = `[${Array(ITEMS).fill("{}").join()}]`;
const keys = `{${Array.from({ length: ITEMS / 5 }, (_, i) => `"${i}":1`).join()}}`;
const before = process.memoryUsage().rss;
const report = { cases: 0, accepted: [] as string[], slowestMs: 0, slowest: "", peakMB: 0 };
for (const path of places(good)) {
  const name = path.join(".");
  for (const text of name === "layout.tensors" ? [numbers, objects, keys] : [numbers]) {
    const bytes = new TextEncoder().encode(withText(path, text));
    globalThis.gc?.();
    const start = process.cpuUsage();
    try {
      parseManifest(bytes);
      report.accepted.push(name);
    } catch (e) {
      if (!isZooError(e, "bad-zoo") || e.message.length > 1200) throw e;
    }
    const { user, system } = process.cpuUsage(start);
    const ms = (user + system) / 1000;
    report.cases++;
    if (ms > report.slowestMs) Object.assign(report, { slowestMs: ms, slowest: `${name} of ${text.slice(0, 4)}` });
  }
}
report.peakMB = (process.resourceUsage().maxRSS * 1024 - before) / 1e6;
console.log(JSON.stringify(report));
