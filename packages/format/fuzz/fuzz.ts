/**
 * `npm run fuzz -- [--seed N] [--runs N]`: damages a small zoo N times and reads it (default 20000, about half a minute).
 */
import { parseArgs } from "node:util";
import { tinyFiles } from "../test/support/tiny-zoo.ts";
import { fuzz } from "./run.ts";

const { values } = parseArgs({ options: { seed: { type: "string" }, runs: { type: "string" } } });
const seed = whole("seed", values.seed ?? String(Date.now() % 1_000_000));
const runs = whole("runs", values.runs ?? "20000");
const report = await fuzz(tinyFiles(), seed, runs);
for (const failure of report.failures) console.error(failure);
console.log(
  `seed ${seed}: ${runs} damaged zoos, ${report.refused} refused, ${report.accepted} read, ${report.failures.length} failures`,
);
process.exitCode = report.failures.length > 0 ? 1 : 0;

function whole(name: string, text: string): number {
  if (/^\d+$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text);
  console.error(`fuzz: --${name} must be a whole number, got ${JSON.stringify(text)}`);
  return process.exit(2);
}
