import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ZooError } from "@zoo/format";
import { openZoo } from "@zoo/format/node";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadRecipe } from "../src/catalogue.ts";
import { main } from "../src/main.ts";
import type { World } from "../src/world.ts";
import { fakeEngine, inlinePool } from "./fake-engine.ts";
import { tinyData } from "./tiny-data.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "zoo-gen-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

interface Said {
  code: number;
  out: string;
  /** Everything on stderr, the test's folder written as DIR. */
  err: string;
}

/** Runs the command in this process with the fake engine on tiny images. */
async function zooGen(argv: readonly string[], replaced: Partial<World> = {}): Promise<Said> {
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
    openPool: inlinePool,
    ...replaced,
  });
  const plain = (text: string) => text.replaceAll(dir, "DIR");
  return { code, out: plain(said.out), err: plain(said.err) };
}

const out = (name = "zoo") => ["--out", join(dir, name)];

/** 170 weights: layers.2.weight [10, 16] and layers.2.bias [10]. */
const tiny = {
  name: "tiny",
  input: [1, 28, 28],
  classes: 10,
  layers: [{ type: "avgpool2d", kernel: 7 }, { type: "flatten" }, { type: "linear", out: 10 }],
};

function recipeFile(change: object, name = "mine"): string {
  const path = join(dir, `${name}.json`);
  writeFileSync(path, JSON.stringify({ ...loadRecipe("usps-seed"), architecture: tiny, epochs: 3, ...change }));
  return path;
}

describe("misuse ends with 2, one line and where to look", () => {
  test.each<[argv: string[], line: string, hint: string]>([
    [["run", "imagenet", "--out", "x"], 'unknown recipe "imagenet"; known: fashion-mnist-hyp-10-fix, fashion-mnist-hyp-10-rand, fashion-mnist-seed, mnist-10k-seed, mnist-hyp-10-fix, mnist-hyp-10-rand, mnist-seed, usps-hyp-10-fix, usps-hyp-10-rand, usps-seed (a file of yours needs a path: ./imagenet.json)', "run "],
    [["show", "USPS_seed"], 'unknown recipe "USPS_seed"; did you mean "usps-seed"? (a file of yours needs a path: ./USPS_seed.json)', "show "],
    [["run", "usps-seed"], "required option '--out <dir>' not specified", "run "],
    [["run", "usps-seed", "--out", ""], '--out must name a folder; got ""', "run "],
    [["run", "usps-seed", "--out", "x", "--epochs", "-3"], '--epochs must be a whole number from 1 to 100000; got "-3"', "run "],
    [["run", "usps-seed", "--out", "x", "--epochs", "0"], '--epochs must be a whole number from 1 to 100000; got "0"', "run "],
    [["run", "usps-seed", "--out", "x", "--epochs", "2.5"], '--epochs must be a whole number from 1 to 100000; got "2.5"', "run "],
    [["run", "usps-seed", "--out", "x", "--models", "-1"], '--models must be a count (12) or ids (3,5,10-20); got "-1"', "run "],
    [["run", "usps-seed", "--out", "x", "--models", "0"], '--models must be at least 1; got "0"', "run "],
    [["run", "usps-seed", "--out", "x", "--models", "1001"], '--models is more than the 1000 models of the recipe; got "1001"', "run "],
    [["run", "usps-seed", "--out", "x", "--workers", "-2"], '--workers must be a whole number from 1 to 1024; got "-2"', "run "],
    [["run", "usps-seed", "--out", "x", "--workers", "0"], '--workers must be a whole number from 1 to 1024; got "0"', "run "],
    [["run", "usps-seed", "--out", "x", "--engine", "cuda"], '--engine must be one of auto, native, wasm, reference; got "cuda"', "run "],
    [["run", "usps-seed", "--out", "x", "--data-dir", "/nowhere"], '--data-dir must be a folder that exists; got "/nowhere"', "run "],
    [["run", "usps-seed", "extra", "--out", "x"], "too many arguments for 'run'. Expected 1 argument but got 2.", "run "],
    [["verify", "x", "--models", "-8"], '--models must be a whole number of at least 1; got "-8"', "verify "],
    [["verify", "x", "--seed", "-1"], '--seed must be a whole number from 0 to 4294967295; got "-1"', "verify "],
    [["resume"], "missing required argument 'dir'", "resume "],
    [["train", "x"], "unknown command 'train'", ""],
    [["list", "--jsn"], "unknown option '--jsn' (Did you mean --json?)", "list "],
    [[], "name a command: list, show, run, resume, status, verify, engines", ""],
  ])("zoo-gen %j", async (argv, line, hint) => {
    const said = await zooGen(argv);
    expect(said.err.replaceAll("\n(Did", " (Did")).toBe(`zoo-gen: ${line}\nsee: zoo-gen ${hint}--help\n`);
    expect(said).toMatchObject({ code: 2, out: "" });
    expect(existsSync("x")).toBe(false);
  });
});

describe("an expected failure ends with 1, one line, and an untouched folder", () => {
  const refused = async (argv: readonly string[], line: string, replaced: Partial<World> = {}) => {
    const before = readdirSync(dir, { recursive: true }).sort();
    expect(await zooGen(argv, replaced)).toEqual({ code: 1, out: "", err: `zoo-gen: ${line}\n` });
    expect(readdirSync(dir, { recursive: true }).sort()).toEqual(before);
  };

  test("a recipe with an unknown key", async () => {
    const path = recipeFile({ learning_rate: 1 });
    await refused(
      ["run", path, ...out()],
      'recipe DIR/mine.json: unknown key "learning_rate"; allowed: name, title, dataset, architecture, epochs, batch_size, seeds, fixed, grid, models_split',
    );
  });

  test("a grid of 0 models", async () => {
    const path = recipeFile({ grid: { lr: [] } });
    await refused(
      ["run", path, ...out()],
      "recipe DIR/mine.json: grid.lr: must be a list with at least 1 value (an empty one leaves 0 models), got []",
    );
  });

  test("a recipe that is not JSON, or not there", async () => {
    writeFileSync(join(dir, "bad.json"), "{");
    const { err } = await zooGen(["run", join(dir, "bad.json"), ...out()]);
    expect(err).toMatch(/^zoo-gen: recipe DIR\/bad\.json: is not JSON: .*\n$/);
    await refused(["run", join(dir, "none.json"), ...out()], "recipe DIR/none.json: cannot read the file (ENOENT)");
  });

  test("an architecture that cannot be a network, or does not fit the images", async () => {
    const architecture = { name: "broken", input: [1, 28, 28], classes: 10, layers: [{ type: "linear", out: 10 }] };
    await refused(
      ["run", recipeFile({ architecture }), ...out()],
      "broken.layers[0] (linear): the input [1, 28, 28] is an image; put a flatten layer before",
    );
    await refused(
      ["run", recipeFile({ architecture: "cnn-l" }), ...out()],
      "recipe usps-seed: architecture: cnn-l takes images [3, 32, 32], and those of usps are [1, 28, 28]",
    );
  });

  test("a folder that holds something else", async () => {
    mkdirSync(join(dir, "zoo"));
    writeFileSync(join(dir, "zoo", "thesis.tex"), "");
    await refused(
      ["run", recipeFile({}), ...out(), "--models", "2"],
      "DIR/zoo is not empty and not a zoo of ours (it holds thesis.tex); choose another --out",
    );
  });

  test("a path through a file, and a place where nothing can be written", async () => {
    writeFileSync(join(dir, "file"), "");
    await refused(["run", recipeFile({}), ...out("file"), "--models", "2"], "DIR/file is not a folder; choose another --out");
    await refused(
      ["run", recipeFile({}), ...out("file/zoo"), "--models", "2"],
      "DIR/file/zoo is not a folder; choose another --out",
    );
    await refused(
      ["run", recipeFile({}), "--out", "/proc/zoo", "--models", "2"],
      "/proc/zoo: cannot create the folder (ENOENT): there is no such file or folder; check the path",
    );
  });

  test.skipIf(process.getuid?.() === 0)("a read-only folder (root may write anywhere, so not as root)", async () => {
    mkdirSync(join(dir, "zoo"));
    chmodSync(join(dir, "zoo"), 0o500);
    await refused(["run", recipeFile({}), ...out(), "--models", "2"], "DIR/zoo: cannot write in the folder (EACCES): permission denied; choose a folder that you may write to, or change its permissions");
  });

  test("too little space, told before anything is written", async () => {
    await refused(
      ["run", "usps-seed", ...out()],
      "DIR/zoo: not enough space: the zoo needs 529 MB, and 12 MB are free; free some, or choose another --out, fewer --models or --epochs",
      { freeBytes: async () => 12e6 },
    );
  });

  test("data that are missing or corrupt", async () => {
    const error = new ZooError("bad-data", "usps: zip.train.gz is not the published file", {
      dataset: "usps",
      path: "zip.train.gz",
      rule: "md5",
    });
    const loadDataset = async () => {
      throw error;
    };
    await refused(["run", "usps-seed", ...out()], "usps: zip.train.gz is not the published file", { loadDataset });
  });

  test("an engine that cannot run here", async () => {
    const message = "engine native cannot run here: no C++ compiler answered; use --engine wasm";
    const loadEngine = async () => {
      throw new ZooError("engine-unavailable", message, { engine: "native", reason: "no C++ compiler answered" });
    };
    await refused(["run", "usps-seed", ...out(), "--engine", "native"], message, { loadEngine });
  });

  test("resume, status and verify where there is nothing", async () => {
    await refused(["resume", join(dir, "zoo")], "DIR/zoo: no run to resume here; start one: zoo-gen run RECIPE --out DIR/zoo");
    await refused(["status", join(dir, "zoo")], "DIR/zoo: no zoo and no run here; start one: zoo-gen run RECIPE --out DIR/zoo");
    await refused(["verify", join(dir, "zoo")], "DIR/zoo: no finished zoo here; see zoo-gen status DIR/zoo");
  });
});

test("a bug is not an expected failure: it is thrown with its stack", async () => {
  const openPool = () => {
    throw new TypeError("internal: oops");
  };
  await expect(zooGen(["run", recipeFile({}), ...out(), "--models", "2"], { openPool })).rejects.toThrow("internal: oops");
});

describe("run", () => {
  test("trains, says how the population did, and leaves a zoo with nothing else in the folder", async () => {
    const said = await zooGen(["run", recipeFile({}), ...out(), "--models", "70"]);
    expect(said.code).toBe(0);
    expect(said.err).toBe(
      "usps-seed: 70 models x 3 epochs of 6 images, 2 workers on reference -> DIR/zoo\n" +
        "6 of 70 models done, epoch 3 of 3, 1,260,000 model-samples/s, test accuracy 58.4 %, 0 s left\n" +
        "70 of 70 models done, epoch 3 of 3, 1,260,000 model-samples/s, test accuracy 58.4 %, 0 s left\n",
    );
    expect(said.out).toMatchSnapshot();
    expect(readdirSync(join(dir, "zoo")).sort()).toEqual(["README.md", "croissant.json", "metrics", "models.parquet", "weights", "zoo.json"]);
    const zoo = await openZoo(join(dir, "zoo"));
    expect(zoo.models.rows.map(({ id }) => id)).toEqual(Array.from({ length: 70 }, (_, i) => i));
    expect(zoo.manifest).toMatchObject({ name: "usps-seed", epochs: 3, states: 4, models: 70, engine: { id: "reference" } });
    await zoo.verifyChecksums();
    await zoo.close();
  });

  test("--json prints the population and nothing else", async () => {
    const said = await zooGen(["run", recipeFile({}), ...out(), "--models", "3", "--json"]);
    expect(JSON.parse(said.out)).toMatchObject({
      name: "usps-seed",
      models: 3,
      epochs: 3,
      states: 4,
      diverged: 0,
      generated: { finished: true, engine: "reference", workers: 1 },
      population: [{ epoch: 0, models: 3 }, { epoch: 1 }, { epoch: 2 }, { epoch: 3 }],
    });
  });

  test("says why the native engine was not chosen", async () => {
    const probeEngines = async () => [{ name: "native", id: null, available: false, reason: "no C++ compiler answered" }];
    const said = await zooGen(["run", recipeFile({}), ...out(), "--models", "1"], { probeEngines });
    expect(said.err).toMatch(/^the native engine, about three times as fast, does not run here: no C\+\+ compiler answered\n/);
  });

  test("keeps and marks the models that diverge", async () => {
    const path = recipeFile({ grid: { lr: [0.1, 2] }, fixed: { ...loadRecipe("usps-seed").fixed, lr: undefined }, seeds: [7, 8, 9] });
    const said = await zooGen(["run", path, ...out()]);
    expect(said.out).toContain("3 models diverged (a weight or a loss is not finite) and are kept, marked in models.parquet\n");
    const zoo = await openZoo(join(dir, "zoo"));
    expect(zoo.models.rows.map(({ diverged }) => diverged)).toEqual([false, false, false, true, true, true]);
    expect(zoo.models.rows.map(({ lr }) => lr)).toEqual([0.1, 0.1, 0.1, 2, 2, 2]);
    expect((await zoo.metrics()).value(4, 3, "test_loss")).toBeNaN();
    await zoo.close();
  });

  test("refuses a finished zoo, the same run unfinished, and another run unfinished, each with what to do", async () => {
    const recipe = recipeFile({});
    expect((await zooGen(["run", recipe, ...out(), "--models", "3"])).code).toBe(0);
    const bytes = readFileSync(join(dir, "zoo", "zoo.json"));
    const again = await zooGen(["run", recipe, ...out(), "--models", "3"]);
    expect(again).toEqual({
      code: 1,
      out: "",
      err: "zoo-gen: DIR/zoo holds a finished zoo; choose another --out (to look at it: zoo-gen status DIR/zoo)\n",
    });
    expect(readFileSync(join(dir, "zoo", "zoo.json"))).toEqual(bytes);

    await interrupted(["run", recipe, ...out("half"), "--models", "3"]);
    expect((await zooGen(["run", recipe, ...out("half"), "--models", "3"])).err).toBe(
      "zoo-gen: DIR/half holds this run, unfinished; go on with: zoo-gen resume DIR/half\n",
    );
    expect((await zooGen(["run", recipe, ...out("half"), "--models", "4"])).err).toBe(
      "zoo-gen: DIR/half holds another run, unfinished (usps-seed, models 0-2, 3 epochs); choose another --out, or finish it with: zoo-gen resume DIR/half\n",
    );
  });

  test("the bytes of a model do not depend on the selection", async () => {
    const recipe = recipeFile({});
    await zooGen(["run", recipe, ...out("all"), "--models", "80"]);
    await zooGen(["run", recipe, ...out("some"), "--models", "3,66,70-72", "--workers", "1"]);
    const [all, some] = await Promise.all([openZoo(join(dir, "all")), openZoo(join(dir, "some"))]);
    for (const { id, split, seed } of some.models) {
      expect(await some.trajectory(id)).toEqual(await all.trajectory(id));
      expect(all.models.get(id)).toMatchObject({ split, seed });
      for (let epoch = 0; epoch < 4; epoch++) {
        expect((await some.metrics()).at(id, epoch)).toEqual((await all.metrics()).at(id, epoch));
      }
    }
    await Promise.all([all.close(), some.close()]);
  });
});

/** Starts a run and stops it, as Ctrl-C does, when 60 % of its tasks are done. */
async function interrupted(argv: readonly string[], after = 3): Promise<Said> {
  let stop: () => void = () => {};
  return await zooGen(argv, {
    onStopSignal: (callback) => {
      stop = callback;
      return () => {};
    },
    openPool: (size, data, onSamples) => {
      const pool = inlinePool(size, data, onSamples);
      let done = 0;
      return {
        ...pool,
        run: async (task) => {
          if (++done > after) stop();
          return await pool.run(task);
        },
      };
    },
  });
}

describe("an interrupted run", () => {
  test("says how to go on, ends with 1, and resumes to the same bytes", async () => {
    const recipe = recipeFile({});
    const argv = (name: string) => ["run", recipe, ...out(name), "--models", "70"];
    await zooGen(argv("whole"));
    const stopped = await interrupted(argv("half"), 12);
    expect(stopped.code).toBe(1);
    expect(stopped.out).toBe("");
    expect(stopped.err).toContain("zoo-gen: stopped; every finished epoch is saved. Go on with: zoo-gen resume DIR/half\n");
    const resumed = await zooGen(["resume", join(dir, "half"), "--workers", "5"]);
    expect(resumed.code).toBe(0);
    expect(contents(join(dir, "half"))).toEqual(contents(join(dir, "whole")));
  });

  test("is described by status while it waits, and after", async () => {
    const argv = ["run", recipeFile({}), ...out(), "--models", "70"];
    await interrupted(argv, 12);
    const waiting = await zooGen(["status", join(dir, "zoo")]);
    expect(waiting.code).toBe(0);
    expect(waiting.out.replace(/disk +.*/, "disk")).toMatchSnapshot();
    const json = JSON.parse((await zooGen(["status", join(dir, "zoo"), "--json"])).out) as Record<string, unknown>;
    expect(json).toMatchObject({ state: "interrupted", pid: null, models: 70, epochs: 3, states: 280, next: "zoo-gen resume DIR/zoo" });
    await zooGen(["resume", join(dir, "zoo")]);
    expect((await zooGen(["status", join(dir, "zoo")])).out.replace(/disk +.*/, "disk")).toMatchSnapshot();
  });

  test("resume of a finished zoo changes nothing and ends with 0", async () => {
    await zooGen(["run", recipeFile({}), ...out(), "--models", "3"]);
    const before = contents(join(dir, "zoo"));
    const said = await zooGen(["resume", join(dir, "zoo")]);
    expect(said).toMatchObject({ code: 0, err: "DIR/zoo is finished already\n" });
    expect(contents(join(dir, "zoo"))).toEqual(before);
  });

  test("is not resumed on other images, or by other arithmetic", async () => {
    await interrupted(["run", recipeFile({}), ...out(), "--models", "3"]);
    const loadDataset: World["loadDataset"] = async (name) => ({ ...tinyData(name), sha256: "0".repeat(64) });
    const other = await zooGen(["resume", join(dir, "zoo")], { loadDataset });
    expect(other.code).toBe(1);
    expect(other.err).toBe(
      `zoo-gen: usps: the images differ from those that the run began with (sha256 ${"0".repeat(64)}, then ${tinyData("usps").sha256}); point --data-dir at the first ones\n`,
    );
    const path = join(dir, "zoo", ".partial", "run.json");
    writeFileSync(path, readFileSync(path, "utf8").replace(/"numerics_version": ".*"/, '"numerics_version": "0"'));
    expect((await zooGen(["resume", join(dir, "zoo")])).err).toMatch(
      /^zoo-gen: DIR\/zoo was begun with numerics version 0, and this zoo-gen computes with \S+; resume it with the version that began it, or run it again in another folder\n$/,
    );
    writeFileSync(path, "{");
    expect((await zooGen(["resume", join(dir, "zoo")])).err).toBe(
      "zoo-gen: DIR/zoo/.partial/run.json is damaged, so this run cannot be resumed; delete the folder and run again\n",
    );
  });

  test("a disk that fills up in mid-run is an expected failure, and what was saved is resumed", async () => {
    const argv = (name: string) => ["run", recipeFile({}), ...out(name), "--models", "3"];
    await zooGen(argv("whole"));
    const openPool: World["openPool"] = (size, data, onSamples) => {
      const pool = inlinePool(size, data, onSamples);
      const run: typeof pool.run = async (task) => {
        // Where the next slab goes there is no file any more, which is what a disk error looks like from above.
        if (task.epoch === 2) {
          throw new ZooError("io", "zoo/weights: cannot write (ENOSPC): no space is left on the disk", {
            path: "zoo/weights",
            op: "write",
            errno: "ENOSPC",
          });
        }
        return await pool.run(task);
      };
      return { ...pool, run };
    };
    const said = await zooGen(argv("full"), { openPool });
    expect(said.code).toBe(1);
    expect(said.err).toContain("zoo-gen: zoo/weights: cannot write (ENOSPC): no space is left on the disk\n");
    expect((await zooGen(["status", join(dir, "full"), "--json"])).out).toContain('"epoch": 1');
    expect((await zooGen(["resume", join(dir, "full")])).code).toBe(0);
    expect(contents(join(dir, "full"))).toEqual(contents(join(dir, "whole")));
  });
});

describe("verify", () => {
  test("agrees with what was stored", async () => {
    await zooGen(["run", recipeFile({}), ...out(), "--models", "20"]);
    const said = await zooGen(["verify", join(dir, "zoo"), "--seed", "1"]);
    expect(said).toEqual({
      code: 0,
      err: "usps-seed: retraining 8 models (0,3,7,9,11,13-14,17) for 3 epochs on reference, 2 workers\n",
      out: "DIR/zoo: verified: 8 models (0,3,7,9,11,13-14,17; --seed 1) x 4 states: every byte of weights and metrics is the same (reference, 0 s)\n",
    });
    const json = JSON.parse((await zooGen(["verify", join(dir, "zoo"), "--models", "99", "--json"])).out) as { models: number[] };
    expect(json).toMatchObject({ ok: true, states: 4, difference: null });
    expect(json.models).toHaveLength(20);
  });

  test("names the first weight that differs", async () => {
    await zooGen(["run", recipeFile({}), ...out(), "--models", "20"]);
    const said = await zooGen(["verify", join(dir, "zoo"), "--models", "20"], {
      openPool: corrupting((task, result) => {
        if (task.epoch === 2) result.weights[5 * 170 + 161] = 7;
      }),
    });
    expect(said.code).toBe(1);
    expect(said.err).toMatch(
      /^zoo-gen: DIR\/zoo: model 5, epoch 2: layers\.2\.bias\[1\] is \S+ \(0x[0-9a-f]{8}\), and the recipe gives 7 \(0x40e00000\)$/m,
    );
  });

  test("names the first metric that differs, even in its last bit", async () => {
    await zooGen(["run", recipeFile({}), ...out(), "--models", "20"]);
    const said = await zooGen(["verify", join(dir, "zoo"), "--models", "20", "--json"], {
      openPool: corrupting((task, result) => {
        if (task.epoch === 1) result.val.loss[3] = (result.val.loss[3] as number) * (1 + Number.EPSILON);
      }),
    });
    expect(said.code).toBe(1);
    expect(JSON.parse(said.out)).toMatchObject({ ok: false, difference: { model: 3, epoch: 1, what: "val_loss" } });
  });

  test("notices a file that was changed after the run", async () => {
    await zooGen(["run", recipeFile({}), ...out(), "--models", "3"]);
    const path = join(dir, "zoo", "weights", "shard-00000.safetensors");
    const bytes = readFileSync(path);
    bytes[bytes.length - 1] = (bytes[bytes.length - 1] as number) ^ 1;
    writeFileSync(path, bytes);
    const said = await zooGen(["verify", join(dir, "zoo")]);
    expect(said.code).toBe(1);
    expect(said.err).toMatch(/^zoo-gen: weights\/shard-00000\.safetensors: the SHA-256 is \w{64}, but zoo\.json states \w{64}; get the file again\n$/);
  });
});

function corrupting(change: (...args: [task: { epoch: number }, result: Awaited<ReturnType<ReturnType<typeof inlinePool>["run"]>>]) => void): World["openPool"] {
  return (size, data, onSamples) => {
    const pool = inlinePool(size, data, onSamples);
    return {
      ...pool,
      run: async (task) => {
        const result = await pool.run(task);
        change(task, result);
        return result;
      },
    };
  };
}

/** Every file of a folder by its relative path. */
function contents(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path.slice(folder.length), readFileSync(path).toString("base64")];
    }),
  );
}

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

  test.each([["--help"], ["run", "--help"], ["verify", "--help"], ["list"], ["show", "usps-hyp-10-rand"], ["engines"]])(
    "zoo-gen %s %s",
    async (...argv) => {
      const probeEngines = async () => [
        { name: "native", id: null, available: false, reason: "no C++ compiler answered" },
        { name: "wasm", id: "wasm-relaxed", available: true, reason: "relaxed multiply-add is fused on this machine" },
      ];
      const said = await zooGen(argv.filter((arg) => arg !== undefined), { probeEngines });
      expect(said).toMatchObject({ code: 0, err: "" });
      expect(said.out).toMatchSnapshot();
    },
  );

  test("--version prints that of the package", async () => {
    expect(await zooGen(["--version"])).toEqual({ code: 0, out: "0.1.0\n", err: "" });
  });
});
