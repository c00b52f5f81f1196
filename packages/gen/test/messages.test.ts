import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EngineProbe } from "@zoo/engine/node";
import { ZooError, type ZooErrorCode } from "@zoo/format";
import { describe, expect, test } from "vitest";
import type { World } from "../src/cli/world.ts";
import { dir, out, recipeFile, refusalOf, zooGen } from "./harness.ts";

describe("misuse ends with 2, one line and where to look", () => {
  test.each<[argv: string[], line: string, hint: string]>([
    [
      ["run", "imagenet", "--out", "x"],
      'unknown recipe "imagenet"; known: fashion-mnist-hyp-10-fix, fashion-mnist-hyp-10-rand, fashion-mnist-seed, mnist-10k-seed, mnist-hyp-10-fix, mnist-hyp-10-rand, mnist-seed, usps-hyp-10-fix, usps-hyp-10-rand, usps-seed (a file of yours needs a path: ./imagenet.json)',
      "run ",
    ],
    [
      ["show", "USPS_seed"],
      'unknown recipe "USPS_seed"; did you mean "usps-seed"? (a file of yours needs a path: ./USPS_seed.json)',
      "show ",
    ],
    [["run", "usps-seed"], "required option '--out <dir>' not specified", "run "],
    [["run", "usps-seed", "--out", ""], '--out must name a folder; got ""', "run "],
    [
      ["run", "usps-seed", "--out", "x", "--epochs", "-3"],
      '--epochs must be a whole number from 1 to 65535; got "-3"',
      "run ",
    ],
    [
      ["run", "usps-seed", "--out", "x", "--epochs", "0"],
      '--epochs must be a whole number from 1 to 65535; got "0"',
      "run ",
    ],
    [
      ["run", "usps-seed", "--out", "x", "--epochs", "2.5"],
      '--epochs must be a whole number from 1 to 65535; got "2.5"',
      "run ",
    ],
    [
      ["run", "usps-seed", "--out", "x", "--models", "-1"],
      '--models must be a count (12) or ids (3,5,10-20); got "-1"',
      "run ",
    ],
    [["run", "usps-seed", "--out", "x", "--models", "0"], '--models must be at least 1; got "0"', "run "],
    [
      ["run", "usps-seed", "--out", "x", "--models", "1001"],
      '--models is more than the 1000 models of the recipe; got "1001"',
      "run ",
    ],
    [
      ["run", "usps-seed", "--out", "x", "--workers", "-2"],
      '--workers must be a whole number from 1 to 1024; got "-2"',
      "run ",
    ],
    [
      ["run", "usps-seed", "--out", "x", "--workers", "0"],
      '--workers must be a whole number from 1 to 1024; got "0"',
      "run ",
    ],
    [
      ["run", "usps-seed", "--out", "x", "--engine", "cuda"],
      '--engine must be one of auto, native, wasm, reference; got "cuda"',
      "run ",
    ],
    [
      ["run", "usps-seed", "--out", "x", "--data-dir", "/nowhere"],
      '--data-dir must be a folder that exists; got "/nowhere"',
      "run ",
    ],
    [
      ["run", "usps-seed", "extra", "--out", "x"],
      "too many arguments for 'run'. Expected 1 argument but got 2.",
      "run ",
    ],
    [["verify", "x", "--models", "-8"], '--models must be a whole number of at least 1; got "-8"', "verify "],
    [["verify", "x", "--seed", "-1"], '--seed must be a whole number from 0 to 4294967295; got "-1"', "verify "],
    [["resume"], "missing required argument 'dir'", "resume "],
    [["train", "x"], "unknown command 'train'", ""],
    [["list", "--jsn"], "unknown option '--jsn' (Did you mean --json?)", "list "],
    [[], "name a command: list, show, run, resume, status, check, verify, engines", ""],
  ])("zoo-gen %j", async (argv, line, hint) => {
    const said = await zooGen(argv);
    expect(said.err.replaceAll("\n(Did", " (Did")).toBe(`zoo-gen: ${line}\nsee: zoo-gen ${hint}--help\n`);
    expect(said).toMatchObject({ code: 2, out: "" });
    expect(existsSync("x")).toBe(false);
  });
});

describe("an expected failure ends with 1, one line, and an untouched folder", () => {
  test("a recipe with an unknown key", async () => {
    const path = recipeFile({ learning_rate: 1 });
    expect(await refusalOf(["run", path, ...out()])).toBe(
      'recipe DIR/mine.json: unknown key "learning_rate"; allowed: name, title, dataset, transforms, architecture, epochs, keep, batch_size, training, draws, seeds, fixed, grid, models_split',
    );
  });

  test("a grid of 0 models", async () => {
    const path = recipeFile({ grid: { lr: [] } });
    expect(await refusalOf(["run", path, ...out()])).toBe(
      "recipe DIR/mine.json: grid.lr: must be a list with at least 1 value, got []",
    );
  });

  test("a recipe that is not JSON, or not there", async () => {
    writeFileSync(join(dir, "bad.json"), "{");
    const { err } = await zooGen(["run", join(dir, "bad.json"), ...out()]);
    expect(err).toMatch(/^zoo-gen: recipe DIR\/bad\.json: is not JSON: .*\n$/);
    expect(await refusalOf(["run", join(dir, "none.json"), ...out()])).toBe(
      "recipe DIR/none.json: cannot read the file (ENOENT)",
    );
  });

  test("an architecture that cannot be a network, or does not fit the images", async () => {
    const architecture = { name: "broken", input: [1, 28, 28], classes: 10, layers: [{ type: "linear", out: 10 }] };
    expect(await refusalOf(["run", recipeFile({ architecture }), ...out()])).toBe(
      "broken.layers[0] (linear): the input [1, 28, 28] is an image; put a flatten layer before",
    );
    expect(await refusalOf(["run", recipeFile({ architecture: "cnn-l" }), ...out()])).toBe(
      "recipe usps-seed: architecture: cnn-l takes images [3, 32, 32], and those of usps are [1, 28, 28]",
    );
  });

  test("a folder that holds something else", async () => {
    mkdirSync(join(dir, "zoo"));
    writeFileSync(join(dir, "zoo", "thesis.tex"), "");
    expect(await refusalOf(["run", recipeFile({}), ...out(), "--models", "2"])).toBe(
      "DIR/zoo is not empty and not a zoo of ours (it holds thesis.tex); choose another folder",
    );
  });

  test("a path through a file, and a place where nothing can be written", async () => {
    writeFileSync(join(dir, "file"), "");
    expect(await refusalOf(["run", recipeFile({}), ...out("file"), "--models", "2"])).toBe(
      "DIR/file is not a folder; choose another",
    );
    expect(await refusalOf(["run", recipeFile({}), ...out("file/zoo"), "--models", "2"])).toBe(
      "DIR/file/zoo is not a folder; choose another",
    );
    expect(await refusalOf(["run", recipeFile({}), "--out", "/proc/zoo", "--models", "2"])).toBe(
      "/proc/zoo: cannot create the folder (ENOENT): there is no such file or folder; check the path",
    );
  });

  test.skipIf(process.getuid?.() === 0)("a read-only folder (root may write anywhere, so not as root)", async () => {
    mkdirSync(join(dir, "zoo"));
    chmodSync(join(dir, "zoo"), 0o500);
    expect(await refusalOf(["run", recipeFile({}), ...out(), "--models", "2"])).toBe(
      "DIR/zoo: cannot write in the folder (EACCES): permission denied; choose a folder that you may write to, or change its permissions",
    );
  });

  test("too little space, told before anything is written", async () => {
    expect(await refusalOf(["run", "usps-seed", ...out()], { freeBytes: async () => 12e6 })).toBe(
      "DIR/zoo: not enough space: the zoo needs 522 MB, and 12 MB are free; free some, or choose another --out, fewer --models or --epochs, or store fewer states with --keep",
    );
  });

  test.each<[what: string, replaced: Partial<World>, message: string]>([
    [
      "data that are corrupt",
      { loadDataset: failing("bad-data", "usps: zip.train.gz is broken") },
      "usps: zip.train.gz is broken",
    ],
    ["data that are nowhere", { loadDataset: failing("data-not-found", "usps: not found") }, "usps: not found"],
    [
      "an engine that cannot run here",
      { loadEngine: failing("engine-unavailable", "engine native: no") },
      "engine native: no",
    ],
  ])("%s", async (_, replaced, message) => {
    expect(await refusalOf(["run", "usps-seed", ...out()], replaced)).toBe(message);
  });

  test("resume, status and verify where there is nothing", async () => {
    expect(await refusalOf(["resume", join(dir, "zoo")])).toBe(
      "DIR/zoo: no run to resume here; start one: zoo-gen run RECIPE --out DIR/zoo",
    );
    expect(await refusalOf(["status", join(dir, "zoo")])).toBe(
      "DIR/zoo: no zoo and no run here; start one: zoo-gen run RECIPE --out DIR/zoo",
    );
    expect(await refusalOf(["verify", join(dir, "zoo")])).toBe(
      "DIR/zoo: no finished zoo here; see zoo-gen status DIR/zoo",
    );
  });
});

test("a bug is not an expected failure: it is thrown with its stack", async () => {
  await expect(zooGen(["run", recipeFile({}), ...out(), "--models", "2"], { openExecutor: broken })).rejects.toThrow(
    "internal: oops",
  );
});

describe("tables and help", () => {
  test("list --json has one object per zoo, and counts the models", async () => {
    const zoos = JSON.parse((await zooGen(["list", "--json"])).out) as Record<string, unknown>[];
    expect(zoos).toHaveLength(10);
    expect(zoos.at(-1)).toEqual({
      name: "usps-seed",
      title: "USPS Seed",
      dataset: "usps",
      architecture: "cnn-s-1ch",
      config: "seed",
      models: 1000,
      epochs: 50,
      states: 51_000,
      weights: 2464,
    });
  });

  test.each(["--help", "run --help", "verify --help", "list", "show usps-hyp-10-rand", "engines"])(
    "zoo-gen %s",
    async (line) => {
      const said = await zooGen(line.split(" "), { probeEngines: async () => probes });
      expect(said).toMatchObject({ code: 0, err: "" });
      expect(said.out).toMatchSnapshot("the output");
    },
  );

  test("--version prints that of the package", async () => {
    expect(await zooGen(["--version"])).toEqual({ code: 0, out: "0.1.0\n", err: "" });
  });
});

function broken(): never {
  throw new TypeError("internal: oops");
}

function failing(code: ZooErrorCode, message: string) {
  return async (): Promise<never> => {
    throw new ZooError(code, message, {} as never);
  };
}

const probes: EngineProbe[] = [
  { name: "native", id: null, available: false, reason: "no C++ compiler answered" },
  { name: "wasm", id: "wasm-relaxed", available: true, reason: "relaxed multiply-add is fused on this machine" },
];
