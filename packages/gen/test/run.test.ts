import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ZooError } from "@zoo/format";
import { checkZoo, openZoo } from "@zoo/format/node";
import { describe, expect, test } from "vitest";
import type { World } from "../src/cli/world.ts";
import { loadRecipe } from "../src/recipe/catalogue.ts";
import { fakeExecutor } from "./fake-engine.ts";
import { dir, interrupted, out, recipeFile, zooGen } from "./harness.ts";
import { contents } from "./process.ts";
import { tinyData } from "./tiny-data.ts";

describe("run", () => {
  test("trains, says how the population did, and leaves a zoo with nothing else in the folder", async () => {
    const said = await zooGen(["run", recipeFile(), ...out(), "--models", "70"]);
    expect(said.code).toBe(0);
    const [first, ...shards] = said.err.trimEnd().split("\n");
    expect(first).toBe("usps-seed: 70 models x 3 epochs of 6 images, 2 workers on reference -> DIR/zoo");
    // One line a shard; which of the two ends first is open.
    expect(shards).toHaveLength(2);
    expect(shards[0]).toMatch(
      /^(6|64) of 70 models done, epoch [0-3] of 3, [\d,]+ model-samples\/s, test accuracy \d+\.\d %, 0 s left$/,
    );
    expect(shards[1]).toMatch(
      /^70 of 70 models done, epoch 3 of 3, 1,260,000 model-samples\/s, test accuracy 58\.\d %, 0 s left$/,
    );
    expect(said.out).toMatchSnapshot("the output");
    expect(readdirSync(join(dir, "zoo")).sort()).toEqual([
      "README.md",
      "croissant.json",
      "metrics",
      "models.parquet",
      "weights",
      "zoo.json",
    ]);
    const zoo = await openZoo(join(dir, "zoo"));
    expect(zoo.models.rows.map(({ id }) => id)).toEqual(Array.from({ length: 70 }, (_, i) => i));
    expect(zoo.manifest).toMatchObject({
      name: "usps-seed",
      epochs: 3,
      states: [0, 1, 2, 3],
      measured: [0, 1, 2, 3],
      models: 70,
      numerics: { name: "1", exact: true },
    });
    expect(zoo.manifest.shards.map(({ engines }) => engines)).toEqual([["reference"], ["reference"]]);
    expect(await checkZoo(join(dir, "zoo"))).toEqual([]);
    await zoo.close();
  });

  test("--json prints the population and nothing else", async () => {
    const said = await zooGen(["run", recipeFile(), ...out(), "--models", "3", "--json"]);
    expect(JSON.parse(said.out)).toMatchObject({
      name: "usps-seed",
      models: 3,
      epochs: 3,
      states: [0, 1, 2, 3],
      diverged: 0,
      generated: { finished: true, engine: "reference", workers: 1 },
      population: [{ epoch: 0, models: 3 }, { epoch: 1 }, { epoch: 2 }, { epoch: 3 }],
    });
  });

  test("says why the native engine was not chosen", async () => {
    const said = await zooGen(["run", recipeFile(), ...out(), "--models", "1"], {
      probeEngines: async () => [{ name: "native", id: null, available: false, reason: "no C++ compiler answered" }],
    });
    expect(said.err).toMatch(
      /^the native engine, about three times as fast, does not run here: no C\+\+ compiler answered\n/,
    );
  });

  test("keeps and marks the models that diverge", async () => {
    const path = recipeFile({
      grid: { lr: [0.1, 2] },
      fixed: { ...loadRecipe("usps-seed").fixed, lr: undefined },
      seeds: [7, 8, 9],
    });
    const said = await zooGen(["run", path, ...out()]);
    expect(said.out).toContain(
      "3 models diverged (a weight or a loss is not finite) and are kept, marked in models.parquet\n",
    );
    const zoo = await openZoo(join(dir, "zoo"));
    expect(zoo.models.rows.map(({ diverged }) => diverged)).toEqual([false, false, false, true, true, true]);
    expect(zoo.models.rows.map(({ lr }) => lr)).toEqual([0.1, 0.1, 0.1, 2, 2, 2]);
    expect((await zoo.metrics()).value(4, 3, "test_loss")).toBeNaN();
    await zoo.close();
  });

  test("refuses a finished zoo and another run unfinished, with what to do, and joins the same run", async () => {
    const recipe = recipeFile();
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
    expect((await zooGen(["run", recipe, ...out("half"), "--models", "4"])).err).toBe(
      "zoo-gen: DIR/half holds another run, unfinished (usps-seed, models 0-2, 3 epochs); choose another --out, or finish it with: zoo-gen resume DIR/half\n",
    );
    expect((await zooGen(["run", recipe, ...out("half"), "--models", "3", "--keep", "last"])).code).toBe(1);
    expect((await zooGen(["run", recipe, ...out("half"), "--models", "3"])).code).toBe(0);
    expect(contents(join(dir, "half"))).toEqual(contents(join(dir, "zoo")));
  });

  test("--keep stores some states and the metrics of every epoch, and verify retrains between them", async () => {
    const recipe = recipeFile();
    await zooGen(["run", recipe, ...out("all"), "--models", "5"]);
    expect((await zooGen(["run", recipe, ...out("some"), "--models", "5", "--keep", "0,last"])).code).toBe(0);
    const [all, some] = await Promise.all([openZoo(join(dir, "all")), openZoo(join(dir, "some"))]);
    expect(some.states).toEqual([0, 3]);
    for (const epoch of [0, 3]) expect(await some.weightsAt(epoch)).toEqual(await all.weightsAt(epoch));
    await expect(some.weightsAt(1)).rejects.toThrow(RangeError);
    expect((await some.metrics()).columns).toEqual((await all.metrics()).columns);
    await Promise.all([all.close(), some.close()]);
    expect((await zooGen(["verify", join(dir, "some")])).code).toBe(0);
    expect((await zooGen(["run", recipe, ...out("x"), "--keep", "0,7"])).err).toContain("--keep");
  });

  test("the bytes of a model do not depend on the selection", async () => {
    const recipe = recipeFile();
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

describe("runs that start at the same moment", () => {
  test("on other images than the first are refused", async () => {
    const recipe = recipeFile();
    const argv = ["run", recipe, ...out(), "--models", "3"];
    const late = await zooGen(argv, {
      // While these images are loaded, another process begins the run and is stopped.
      loadDataset: async (name) => {
        await interrupted(argv);
        return { ...tinyData(name), sha256: "0".repeat(64) };
      },
    });
    expect(late.code).toBe(1);
    expect(late.err).toContain("the images differ from those that the run began with");
  });

  test("find a zoo that was finished meanwhile, and are content if it is theirs", async () => {
    const recipe = recipeFile();
    const whileLoading = (argv: string[]) => ({
      loadDataset: async (name: Parameters<typeof tinyData>[0]) => {
        await zooGen(argv);
        return tinyData(name);
      },
    });
    const same = ["run", recipe, ...out(), "--models", "3"];
    expect((await zooGen(same, whileLoading(same))).code).toBe(0);
    const other = await zooGen(
      ["run", recipe, ...out("b"), "--models", "2"],
      whileLoading(["run", recipe, ...out("b"), "--models", "3"]),
    );
    expect(other.code).toBe(1);
    expect(other.err).toContain("another zoo is complete here");
  });

  test("are not disturbed by what one leaves that was killed while it looked whether it may write", async () => {
    mkdirSync(join(dir, "zoo"));
    writeFileSync(join(dir, "zoo", ".zoo-gen-00000000-0000-4000-8000-000000000000.tmp"), "");
    expect((await zooGen(["run", recipeFile(), ...out(), "--models", "1"])).code).toBe(0);
  });

  test("refuse a folder whose .partial is a file, in one line", async () => {
    mkdirSync(join(dir, "zoo"));
    writeFileSync(join(dir, "zoo", ".partial"), "");
    const said = await zooGen(["status", join(dir, "zoo")]);
    expect(said).toMatchObject({ code: 1, out: "" });
    expect(said.err).toMatch(/^zoo-gen: DIR\/zoo.*\n$/);
  });
});

describe("an interrupted run", () => {
  test("says how to go on, ends with 1, and resumes to the same bytes", async () => {
    const recipe = recipeFile();
    const argv = (name: string) => ["run", recipe, ...out(name), "--models", "70"];
    await zooGen(argv("whole"));
    const stopped = await interrupted(argv("half"), 12);
    expect(stopped.code).toBe(1);
    expect(stopped.out).toBe("");
    expect(stopped.err).toContain(
      "zoo-gen: stopped; every finished epoch is saved. Go on with: zoo-gen resume DIR/half\n",
    );
    const resumed = await zooGen(["resume", join(dir, "half"), "--workers", "5"]);
    expect(resumed.code).toBe(0);
    expect(contents(join(dir, "half"))).toEqual(contents(join(dir, "whole")));
  });

  test("ends at once at a second signal, with the code of that", async () => {
    const codes: number[] = [];
    await zooGen(["run", recipeFile(), ...out(), "--models", "3"], {
      onStopSignal: (stop) => {
        stop("SIGINT");
        stop("SIGTERM");
        return () => {};
      },
      exit: (code) => codes.push(code),
    });
    expect(new Set(codes)).toEqual(new Set([143])); // each stretch of work that listens asks, since nothing ends here
  });

  test("is described by status while it waits, and after", async () => {
    const argv = ["run", recipeFile(), ...out(), "--models", "10"];
    await interrupted(argv);
    const waiting = await zooGen(["status", join(dir, "zoo")]);
    expect(waiting.code).toBe(0);
    expect(waiting.out.replace(/disk +.*/, "disk")).toMatchSnapshot("interrupted");
    const json = JSON.parse((await zooGen(["status", join(dir, "zoo"), "--json"])).out) as Record<string, unknown>;
    expect(json).toMatchObject({
      state: "interrupted",
      owners: [],
      models: 10,
      epochs: 3,
      states: 40,
      next: "zoo-gen resume DIR/zoo",
    });
    await zooGen(["resume", join(dir, "zoo")]);
    expect((await zooGen(["status", join(dir, "zoo")])).out.replace(/disk +.*/, "disk")).toMatchSnapshot("finished");
  });

  test("resume of a finished zoo changes nothing and ends with 0", async () => {
    await zooGen(["run", recipeFile(), ...out(), "--models", "3"]);
    const before = contents(join(dir, "zoo"));
    const said = await zooGen(["resume", join(dir, "zoo")]);
    expect(said).toMatchObject({ code: 0, err: "DIR/zoo is finished already\n" });
    expect(contents(join(dir, "zoo"))).toEqual(before);
  });

  test("is not resumed on other images, or by other arithmetic", async () => {
    await interrupted(["run", recipeFile(), ...out(), "--models", "3"]);
    const other = await zooGen(["resume", join(dir, "zoo")], {
      loadDataset: async (name) => ({ ...tinyData(name), sha256: "0".repeat(64) }),
    });
    expect(other.code).toBe(1);
    expect(other.err).toBe(
      `zoo-gen: usps: the images differ from those that the run began with (sha256 ${"0".repeat(64)}, then ${tinyData("usps").sha256}); point --data-dir at the first ones\n`,
    );
    const path = join(dir, "zoo", ".partial", "run.json");
    writeFileSync(path, readFileSync(path, "utf8").replace(/("numerics": {\s*"name": )"1"/, '$1"0"'));
    expect((await zooGen(["resume", join(dir, "zoo")])).err).toMatch(
      /^zoo-gen: DIR\/zoo was begun with numerics 0, and engine reference computes with 1; resume it with the version or engine that began it, or run it again in another folder\n$/,
    );
    writeFileSync(path, "{");
    expect((await zooGen(["resume", join(dir, "zoo")])).err).toBe(
      "zoo-gen: DIR/zoo/.partial/run.json is damaged, so this run cannot be resumed; delete the folder and run again\n",
    );
  });

  test("of another version, or one that cannot be read, is not called damaged", async () => {
    await interrupted(["run", recipeFile(), ...out(), "--models", "3"]);
    const path = join(dir, "zoo", ".partial", "run.json");
    writeFileSync(path, readFileSync(path, "utf8").replace('"version": 2', '"version": 9'));
    expect((await zooGen(["resume", join(dir, "zoo")])).err).toBe(
      "zoo-gen: DIR/zoo/.partial/run.json is of version 9, and this zoo-gen writes 2; resume the run with the zoo-gen that began it\n",
    );
    rmSync(path);
    mkdirSync(path);
    expect((await zooGen(["status", join(dir, "zoo")])).err).toMatch(/run\.json: cannot read \(EISDIR\)/);
  });

  test("that could not save where it was says so instead of promising it", async () => {
    const said = await interrupted(["run", recipeFile(), ...out(), "--models", "3"], 2, () => {
      const attempts = join(dir, "zoo", ".partial", "shard-00000");
      for (const attempt of readdirSync(attempts))
        mkdirSync(join(attempts, attempt, "checkpoint.safetensors", "x"), { recursive: true });
    });
    expect(said.code).toBe(1);
    expect(said.err).not.toContain("every finished epoch is saved");
    expect(said.err).toMatch(/zoo-gen: .*checkpoint\.safetensors: cannot /);
  });

  test("a disk that fills up in mid-run is an expected failure, and what was saved is resumed", async () => {
    const recipe = recipeFile();
    await zooGen(["run", recipe, ...out("whole"), "--models", "3"]);
    const said = await zooGen(["run", recipe, ...out("full"), "--models", "3"], { openExecutor: onFullDisk });
    expect(said.code).toBe(1);
    expect(said.err).toContain("zoo-gen: zoo/weights: cannot write (ENOSPC): no space is left on the disk\n");
    expect((await zooGen(["status", join(dir, "full"), "--json"])).out).toContain('"epoch": 1');
    expect((await zooGen(["resume", join(dir, "full")])).code).toBe(0);
    expect(contents(join(dir, "full"))).toEqual(contents(join(dir, "whole")));
  });
});

/** The third epoch meets what the writer of shards throws when no space is left. */
const onFullDisk: World["openExecutor"] = async (options) => {
  const executor = await fakeExecutor(options);
  const train: typeof executor.train = async (task, options) => {
    if (task.epoch < 2) return await executor.train(task, options);
    const message = "zoo/weights: cannot write (ENOSPC): no space is left on the disk";
    throw new ZooError("io", message, { path: "zoo/weights", op: "write", errno: "ENOSPC" });
  };
  return { ...executor, train };
};
