import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StopSignal } from "@zoo/cli";
import { afterEach, beforeEach } from "vitest";
import type { World } from "../src/cli/world.ts";
import { main } from "../src/main.ts";
import { loadRecipe } from "../src/recipe/catalogue.ts";
import { fakeEngine, fakeExecutor } from "./fake-engine.ts";
import { tinyData } from "./tiny-data.ts";

/** A new folder for each test of the file that imports this. */
export let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "zoo-gen-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** What a command gave; the test's folder is written as DIR. */
export interface Said {
  code: number;
  out: string;
  err: string;
}

/** Runs the command in this process with the fake engine on tiny images. */
export async function zooGen(argv: readonly string[], replaced: Partial<World> = {}): Promise<Said> {
  const said = { out: "", err: "" };
  const code = await main(argv, {
    stdout: { write: (text) => (said.out += text) },
    stderr: { write: (text) => (said.err += text) },
    now: () => 0,
    cores: 2,
    env: {},
    loadEngine: async () => fakeEngine,
    probeEngines: async () => [],
    loadDataset: async (name) => tinyData(name),
    openExecutor: fakeExecutor,
    ...replaced,
  });
  return { code, out: said.out.replaceAll(dir, "DIR"), err: said.err.replaceAll(dir, "DIR") };
}

/** The one line with which a command that fails with 1 says why. Throws unless it did, and left the folder as it was. */
export async function refusalOf(argv: readonly string[], replaced: Partial<World> = {}): Promise<string> {
  const before = readdirSync(dir, { recursive: true }).join();
  const { code, out, err } = await zooGen(argv, replaced);
  const line = /^zoo-gen: (.*)\n$/.exec(err)?.[1];
  if (code !== 1 || out !== "" || line === undefined) throw new Error(`not a refusal: ${code} ${out} ${err}`);
  if (readdirSync(dir, { recursive: true }).join() !== before) throw new Error("the refusal changed the folder");
  return line;
}

/** Starts a run and stops it, as Ctrl-C does, after so many tasks, and after `before`. */
export async function interrupted(argv: readonly string[], tasks = 3, before = () => {}): Promise<Said> {
  const stops: ((signal: StopSignal) => void)[] = [];
  return await zooGen(argv, {
    onStopSignal: (stop) => {
      stops.push(() => stop("SIGINT"));
      return () => {};
    },
    openExecutor: async (options) => {
      const executor = await fakeExecutor(options);
      let done = 0;
      const train: typeof executor.train = async (task, options) => {
        if (++done === tasks + 1) {
          before();
          for (const stop of stops) stop("SIGINT");
        }
        return await executor.train(task, options);
      };
      return { ...executor, train };
    },
  });
}

export const out = (name = "zoo"): string[] => ["--out", join(dir, name)];

/** 170 weights: layers.2.weight [10, 16] and layers.2.bias [10]. */
const tiny = {
  name: "tiny",
  input: [1, 28, 28],
  classes: 10,
  layers: [{ type: "avgpool2d", kernel: 7 }, { type: "flatten" }, { type: "linear", out: 10 }],
};

/** The path of a recipe like usps-seed's: 1000 models of `tiny`, 3 epochs, and what `change` says. */
export function recipeFile(change: object = {}): string {
  const path = join(dir, "mine.json");
  writeFileSync(path, JSON.stringify({ ...loadRecipe("usps-seed"), architecture: tiny, epochs: 3, ...change }));
  return path;
}
