import { expect, test } from "vitest";
import { withProgress } from "../../src/cli/analysis-command.ts";
import { realWorld } from "../../src/cli/world.ts";
import { EquippedAnalysis } from "../../src/node/analysis.ts";
import { select } from "../../src/population/selection.ts";
import { smallZoo } from "../support/small-zoo.ts";

test("progress has a name from the start, and while the engine opens, which may take a minute", async () => {
  let said = "";
  const stderr = { isTTY: true, write: (text: string) => (said += text) };
  const zoo = await smallZoo();
  const selection = await select(zoo);
  const pause = async (): Promise<void> => await new Promise((resolve) => setTimeout(resolve, 600));
  const openExecutor = async (): Promise<never> => {
    await pause();
    throw new Error("not opened");
  };
  const world = { ...realWorld(), stderr, openExecutor };
  const work = withProgress(world, async (progress) => {
    await pause();
    const options = { path: "zoo", zoo, selection, seed: 1, engine: "auto" as const, progress };
    await new EquippedAnalysis({ ...options, signal: new AbortController().signal }, world).executor();
  });
  await expect(work).rejects.toThrow("not opened");
  expect(said).toContain("starting: 0.0 %");
  expect(said).toContain("opening the engine: 0.0 %");
});
