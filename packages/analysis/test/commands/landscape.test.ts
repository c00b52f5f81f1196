import type { loadDataset } from "@zoo/data";
import { initialWeights } from "@zoo/engine";
import { type Executor, executorInThread, loadEngine } from "@zoo/engine/node";
import { describe, expect, test } from "vitest";
import { main } from "../../src/main.ts";
import { applySymmetry } from "../../src/weight-space/symmetry.ts";
import { symmetriesOf } from "../../src/weight-space/symmetry-groups.ts";
import { type SmallZoo, smallArchitecture, smallImages, temporaryFolder, writeSmallZoo } from "../support/small-zoo.ts";

const quick = "--trace-products 6 --positions 5 --grid 4 --bezier-steps 3".split(" ");

const smallDatasetImages = { ...smallImages(), name: "mnist-10k", sha256: "1".repeat(64) } as unknown as Awaited<
  ReturnType<typeof loadDataset>
>;

/** Runs the command in this thread by WebAssembly; `ask` may stand in for the executor's. */
async function run(argv: string[], cache = temporaryFolder(), wrap = (executor: Executor) => executor) {
  const out = { code: -1, stdout: "", stderr: "" };
  out.code = await main(["landscape", ...argv, ...quick, "--json"], {
    stdout: { write: (text) => (out.stdout += text) },
    stderr: { write: (text) => (out.stderr += text) },
    env: { XDG_CACHE_HOME: cache },
    loadDataset: async () => smallDatasetImages,
    openExecutor: async () => wrap(executorInThread(await loadEngine("wasm"))),
  });
  return out;
}

interface Parsed {
  definitions: string[];
  tables: Record<string, Record<string, number | string | boolean | null>[]>;
  arrays: Record<string, { shape: number[] }>;
}
const parsed = ({ stdout }: { stdout: string }): Parsed => JSON.parse(stdout) as Parsed;

describe("landscape", () => {
  test("gives curvature, paths and slices of the best, median and worst model", async () => {
    const { code, ...out } = await run([await writeSmallZoo()]);
    expect(out.stderr).not.toContain("zoo-analysis:");
    expect(code).toBe(0);
    const { tables, arrays, definitions } = parsed(out);
    expect(tables["curvature"].map(({ model }) => model)).toEqual([5, 2, 0]);
    for (const row of tables["curvature"]) expect(row).toMatchObject({ epoch: 2, converged: true });
    expect(tables["eigenvalues"]).toHaveLength(3 * 6);
    expect(tables["connectivity"].map(({ first, second, path }) => [first, second, path])).toEqual(
      [
        [5, 2],
        [5, 0],
        [2, 0],
      ].flatMap((pair) => [
        [...pair, "linear"],
        [...pair, "linear aligned"],
        [...pair, "bezier"],
        [...pair, "bezier aligned"],
      ]),
    );
    expect(tables["paths"]).toHaveLength(3 * 4 * 5);
    expect(arrays["three_models_loss"].shape).toEqual([4, 4]);
    expect(arrays["random_5_acc"].shape).toEqual([4, 4]);
    expect(tables["places"].filter(({ plane }) => plane === "trajectory_0")).toHaveLength(0); // scaled copies: one direction
    expect(definitions[0]).toBe(
      "Models: best, median and worst test accuracy at epoch 2, 3 of 6. Epochs: 2; paths and slices at 2.",
    );
  });

  test("the path to a copy with moved units is flat once it is aligned, and only then", async () => {
    const symmetries = symmetriesOf(smallArchitecture, { activations: ["tanh"] });
    const weights = initialWeights(smallArchitecture, { init: "normal", seed: 3 });
    const moved = applySymmetry(
      weights,
      { permutations: [Int32Array.of(1, 0)], signs: [Int8Array.of(1, -1)] },
      symmetries,
    );
    const zoo = await writeSmallZoo({ models: [{}, {}], weights: ({ id }) => (id === 0 ? weights : moved) });
    const { tables, definitions } = parsed(await run([zoo, "--parts", "connectivity"]));
    const rows = tables["connectivity"];
    expect(rows.map(({ path }) => path)).toEqual(["linear", "linear aligned", "bezier", "bezier aligned"]);
    for (const { path, connectivity } of rows) expect(connectivity === 0, String(path)).toBe(path === "linear aligned");
    expect(definitions.join(" ")).toContain(
      "Aligned: the second network moved to its equivalent nearest to the first.",
    );
    const raw = parsed(await run([zoo, "--parts", "connectivity", "--no-align"]));
    expect(raw.tables["connectivity"].map(({ path }) => path)).toEqual(["linear", "bezier"]);
  });

  test("leaves out models that diverged, and says how many", async () => {
    const { definitions, tables } = parsed(await run([await writeSmallZoo({ diverged: [5] }), "--parts", "curvature"]));
    expect(definitions[0]).toContain("1 that diverged are left out");
    expect(tables["curvature"].map(({ model }) => model)).toEqual([4, 2, 0]);
  });

  test("one model has no paths: a sentence by default, an error where they were asked for", async () => {
    const zoo = await writeSmallZoo();
    const out = await run([zoo, "--models", "3-3"]);
    expect(out.code).toBe(0);
    expect(parsed(out).definitions.join("\n")).toContain("No paths: connectivity is of pairs");
    const asked = await run([zoo, "--models", "3-3", "--parts", "connectivity"]);
    expect(asked).toMatchObject({ code: 2, stdout: "" });
    expect(asked.stderr).toContain("there is one model alone; choose others with --models, --sample or --where");
  });

  test("refuses batch normalisation, which no engine has", async () => {
    const architecture = {
      name: "normal",
      input: [1, 4, 4],
      classes: 3,
      layers: [{ type: "batchnorm2d" }, { type: "flatten" }, { type: "linear", out: 3 }],
    } as unknown as NonNullable<SmallZoo["architecture"]>;
    const { lossSurface } = await import("../../src/node/ask-surface.ts");
    const executor = executorInThread(await loadEngine("wasm"));
    const batch = { images: new Uint8Array(16), N: 1 };
    expect(() => lossSurface(executor, { architecture, activation: "tanh", batch })).toThrow(
      "normal has batch normalisation",
    );
  });

  test.each([
    [["--parts", "curves"], '--parts must be of curvature, connectivity, slices; got "curves"'],
    [["--models", "1", "--sample", "2"], "--sample and --models exclude each other"],
    [["--models", "9"], "--models is more than the 6 models of the zoo"],
  ])("%s is misuse", async (options, message) => {
    const out = await run([await writeSmallZoo(), ...options]);
    expect(out).toMatchObject({ code: 2, stdout: "" });
    expect(out.stderr).toContain(message);
  });

  test("a run that broke off goes on to the same bytes, without asking again what it had", async () => {
    const zoo = await writeSmallZoo();
    const whole = await run([zoo]);
    const cache = temporaryFolder();
    const counting =
      (fail: number, seen: string[]) =>
      (executor: Executor): Executor => ({
        ...executor,
        size: executor.size,
        engine: executor.engine,
        dense: executor.dense,
        train: executor.train.bind(executor),
        close: executor.close.bind(executor),
        ask: async (query, options) => {
          seen.push(query.question);
          if (query.question === "gradients" && fail > 0) throw new Error("killed");
          return await executor.ask(query, options);
        },
      });
    const before: string[] = [];
    await expect(run([zoo], cache, counting(1, before))).rejects.toThrow("killed");
    expect(before).toContain("hessianVectorProduct");
    const after: string[] = [];
    const resumed = await run([zoo], cache, counting(0, after));
    expect(after).not.toContain("hessianVectorProduct");
    expect(resumed.stdout).toBe(whole.stdout);
    const fresh: string[] = [];
    await run([zoo], cache, counting(0, fresh)); // what was kept is gone once the work is done
    expect(fresh).toContain("hessianVectorProduct");
  });
});
