import type { loadDataset } from "@zoo/data";
import { executorInThread, loadEngine } from "@zoo/engine/node";
import { ZooError } from "@zoo/format";
import { openZoo } from "@zoo/format/node";
import { onTestFinished } from "vitest";
import type { World } from "../../src/cli/world.ts";
import { EquippedAnalysis } from "../../src/node/analysis.ts";
import { select } from "../../src/population/selection.ts";
import type { ReportContext, ReportZoo } from "../../src/report/report-context.ts";
import { smallImages, temporaryFolder } from "./small-zoo.ts";

type Images = Awaited<ReturnType<typeof loadDataset>>;

/** The world of a test: the small images, or none, and WebAssembly in this thread. */
export const smallWorld = (images = true): World =>
  ({
    stdout: { write: () => true },
    stderr: { write: () => true },
    env: { XDG_CACHE_HOME: temporaryFolder() },
    now: () => 0,
    cores: 1,
    loadDataset: async () => {
      if (!images) throw new ZooError("data-not-found", "no images", { dataset: "mnist-10k", looked: [] });
      return { ...smallImages(), name: "mnist-10k", sha256: "1".repeat(64) } as unknown as Images;
    },
    openExecutor: async () => executorInThread(await loadEngine("wasm")),
  }) as unknown as World;

/** The context of a page about zoos in these folders. */
export async function reportOf(
  paths: readonly string[],
  { images = true, seed = 1, progress = (_what: string, _share: number): void => {} } = {},
): Promise<ReportContext> {
  const { signal } = new AbortController();
  const zoos: ReportZoo[] = [];
  for (const [i, path] of paths.entries()) {
    const zoo = await openZoo(path);
    const options = {
      path,
      zoo,
      selection: await select(zoo),
      seed,
      signal,
      progress,
      engine: "wasm",
    } as const;
    const analysis = new EquippedAnalysis(options, smallWorld(images));
    onTestFinished(async () => {
      await analysis.close();
      await zoo.close();
    });
    const key = paths.length === 1 ? "" : "abcd"[i];
    zoos.push({ key, name: `zoo-${i}`, folder: `zoo-${i}`, analysis });
  }
  return { zoos, signal };
}
