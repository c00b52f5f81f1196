import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import type { World } from "../src/cli/world.ts";
import type { Pool } from "../src/run/pool.ts";
import type { EpochResult, EpochTask } from "../src/run/trainer.ts";
import { inlinePool } from "./fake-engine.ts";
import { dir, out, recipeFile, zooGen } from "./harness.ts";

beforeEach(async () => {
  await zooGen(["run", recipeFile(), ...out(), "--models", "20"]);
});

test("verify agrees with what was stored", async () => {
  const said = await zooGen(["verify", join(dir, "zoo"), "--seed", "1"]);
  expect(said).toEqual({
    code: 0,
    err: "usps-seed: retraining 8 models (2-5,9-10,13,17) for 3 epochs on reference, 2 workers\n",
    out: "DIR/zoo: verified: 8 models (2-5,9-10,13,17; --seed 1) x 4 states: every byte of weights and metrics is the same (reference, 0 s)\n",
  });
  const json = JSON.parse((await zooGen(["verify", join(dir, "zoo"), "--models", "99", "--json"])).out) as {
    models: number[];
  };
  expect(json).toMatchObject({ ok: true, states: 4, difference: null });
  expect(json.models).toHaveLength(20);
});

test("verify names the first weight that differs", async () => {
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

test("verify names the first metric that differs, even in its last bit", async () => {
  const said = await zooGen(["verify", join(dir, "zoo"), "--models", "20", "--json"], {
    openPool: corrupting((task, result) => {
      if (task.epoch === 1) result.val.loss[3] = result.val.loss[3] * (1 + Number.EPSILON);
    }),
  });
  expect(said.code).toBe(1);
  expect(JSON.parse(said.out)).toMatchObject({ ok: false, difference: { model: 3, epoch: 1, what: "val_loss" } });
});

test("verify notices a file that was changed after the run", async () => {
  const path = join(dir, "zoo", "weights", "shard-00000.safetensors");
  const bytes = readFileSync(path);
  bytes[bytes.length - 1] = bytes[bytes.length - 1] ^ 1;
  writeFileSync(path, bytes);
  const said = await zooGen(["verify", join(dir, "zoo")]);
  expect(said.code).toBe(1);
  expect(said.err).toMatch(
    /^zoo-gen: weights\/shard-00000\.safetensors: the SHA-256 is \w{64}, but zoo\.json states \w{64}; get the file again\n$/,
  );
});

/** A pool whose results `change` may spoil. */
function corrupting(change: (task: EpochTask, result: EpochResult) => void): World["openPool"] {
  return (size, data, onSamples): Pool => {
    const pool = inlinePool(size, data, onSamples);
    const run: Pool["run"] = async (task) => {
      const result = await pool.run(task);
      change(task, result);
      return result;
    };
    return { ...pool, run };
  };
}
