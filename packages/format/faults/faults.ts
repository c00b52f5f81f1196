/**
 * Does what can happen to processes that share a folder, many times, and prints what became of it as a Markdown table.
 *
 * `npm run faults -- [--runs 20] [--seed 1] [--only WORD]` in packages/format. Needs the right to mount for the full disk.
 */
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { random as randomNumbers } from "../fuzz/mutate.ts";
import { faults } from "./cases.ts";
import { inFolder, outcomeOf } from "./outcome.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "20" },
    seed: { type: "string", default: "1" },
    only: { type: "string", default: "" },
  },
});
const runs = Number(values.runs);
const random = randomNumbers(Number(values.seed));

console.log("| fault | runs | published once | lost | bytes equal |");
console.log("| --- | --- | --- | --- | --- |");
let wrong = 0;
for (const fault of faults.filter((fault) => fault.name.includes(values.only))) {
  const { name, exact } = fault;
  const counts = { once: 0, lost: 0, equal: 0 };
  for (let run = 0; run < runs; run++) {
    await inFolder(async (dir) => {
      try {
        const outcome = await outcomeOf(dir, await fault.happen(dir, random), exact);
        if (outcome.publishedOnce) counts.once++;
        if (outcome.lost) counts.lost++;
        if (outcome.bytesEqual === true) counts.equal++;
      } finally {
        if (fault.needsMount) spawnSync("umount", [dir]);
      }
    });
  }
  console.log(`| ${name} | ${runs} | ${counts.once} | ${counts.lost} | ${exact ? counts.equal : "one of the two"} |`);
  if (counts.once < runs || counts.lost > 0 || (exact && counts.equal < runs)) wrong++;
}
process.exitCode = wrong === 0 ? 0 : 1;
