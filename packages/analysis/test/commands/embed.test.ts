import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { openArtefact } from "@zoo/format";
import { fileStorage } from "@zoo/format/node";
import { expect, test } from "vitest";
import { main } from "../../src/main.ts";
import { temporaryFolder, writeSmallZoo } from "../support/small-zoo.ts";

async function embed(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const said = { out: "", err: "" };
  const code = await main(["embed", ...argv], {
    stdout: { write: (text) => (said.out += text) },
    stderr: { write: (text) => (said.err += text) },
    now: () => 0,
  });
  return { code, ...said };
}

test("embed prints spectrum, dimensions and maps of the last epoch", async () => {
  const { code, out } = await embed(await writeSmallZoo({ diverged: [3] }), "--neighbours", "3");
  expect(code).toBe(0);
  expect(out).toMatch(/^components +ratio +last_ratio\n +1 /m);
  expect(out).toMatch(/^umap {2,}5 /m);
  expect(out).toContain("5 models at epoch 2; 1 models with values that are not finite were left out.");
  expect(out).toContain("started at the first two scores");
});

test("its artefact holds scores, components and maps of every state, with NaN off the map", async () => {
  const zoo = await writeSmallZoo();
  const out = join(temporaryFolder(), "embedding");
  const { code, err } = await embed(zoo, "--epochs", "0-2", "--points", "9", "--standardise", "--out", out, "--json");
  expect([code, err]).toEqual([0, ""]);
  const artefact = await openArtefact(fileStorage(out));
  const scores = await artefact.array("pca_scores");
  const umap = await artefact.array("umap");
  expect(scores.shape).toEqual([18, 17]);
  expect(umap.shape).toEqual([18, 2]);
  expect((await artefact.array("deviation")).shape).toEqual([67]);
  const { model, epoch, mapped } = await artefact.table("states");
  expect(Array.from(model as Int32Array).slice(5, 8)).toEqual([5, 0, 1]);
  expect(Array.from(epoch as Int32Array).slice(5, 8)).toEqual([0, 1, 1]);
  for (const [row, on] of (mapped as boolean[]).entries()) expect(Number.isNaN(umap.data[2 * row])).toBe(!on);
  expect((mapped as boolean[]).filter(Boolean)).toHaveLength(9);
});

test("equal seeds give the same bytes of every file", async () => {
  const zoo = await writeSmallZoo();
  const digest = async (seed: string): Promise<unknown[]> => {
    const out = join(temporaryFolder(), "embedding");
    await embed(zoo, "--epochs", "0-2", "--out", out, "--seed", seed);
    return readdirSync(out)
      .sort()
      .map((name) => [name, readFileSync(join(out, name)).toString("base64")]);
  };
  expect(await digest("1")).toEqual(await digest("1"));
  expect(await digest("2")).not.toEqual(await digest("1"));
});

test("--json says what depends on what", async () => {
  const { out } = await embed(await writeSmallZoo(), "--preset", "none", "--json", "--components", "2");
  const result = JSON.parse(out) as { parameters: object; tables: { spectrum: unknown[] }; arrays: object };
  expect(result.parameters).toMatchObject({ epochs: [2], components: 2, umap: null, seed: 1, standardise: false });
  expect(result.tables.spectrum).toHaveLength(2);
  expect(Object.keys(result.arrays)).toEqual(["pca_scores", "components", "mean"]);
});

test("one model has no variance, and says n/a rather than failing", async () => {
  const { code, out } = await embed(await writeSmallZoo(), "--where", "id = 1");
  expect(code).toBe(0);
  expect(out).toContain("n/a");
  expect(out).toContain("no ratio, direction or map is defined");
});

test("a preset that does not exist is misuse", async () => {
  const { code, err } = await embed(await writeSmallZoo(), "--preset", "basline");
  expect(code).toBe(2);
  expect(err).toContain("did you mean baseline?");
});
