import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { faults } from "../faults/cases.ts";
import { inFolder, outcomeOf } from "../faults/outcome.ts";
import { random } from "../fuzz/mutate.ts";

// Each once; `npm run faults` does them many times.
const canMount = process.platform === "linux" && process.getuid?.() === 0;

describe("processes that share a folder publish every shard once and lose nothing that was saved", () => {
  test.each(faults)("$name", { timeout: 120_000 }, async (fault) => {
    if (fault.needsMount && !canMount) return console.warn("skipped: only root can mount a small disk");
    await inFolder(async (dir) => {
      try {
        const outcome = await outcomeOf(dir, await fault.happen(dir, random(1)), fault.exact);
        expect(outcome).toEqual({ publishedOnce: true, lost: false, bytesEqual: fault.exact ? true : null });
      } finally {
        if (fault.needsMount) spawnSync("umount", [dir]);
      }
    });
  });
});
