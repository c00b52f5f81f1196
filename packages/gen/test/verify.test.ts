import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EpochResult, EpochTask } from "@zoo/engine/node";
import { beforeEach, expect, test } from "vitest";
import type { World } from "../src/cli/world.ts";
import { fakeExecutor } from "./fake-engine.ts";
import { dir, out, recipeFile, zooGen } from "./harness.ts";

beforeEach(async () => {
  await zooGen(["run", recipeFile(), ...out(), "--models", "20"]);
});

test("verify agrees with what was stored", async () => {
  const said = await zooGen(["verify", join(dir, "zoo"), "--seed", "1"]);
  expect({ ...said, out: said.out.replace(/root [0-9a-f]{64}/, "root ROOT") }).toEqual({
    code: 0,
    err: "usps-seed: retraining 8 models (4-5,7,9,16-19) for 3 epochs on reference, 2 workers\n",
    out: "DIR/zoo: verified: every hash and rule; 8 models (4-5,7,9,16-19; --seed 1) x 4 states: every byte of weights and metrics is the same (reference, 0 s); root ROOT\n",
  });
  const json = JSON.parse((await zooGen(["verify", join(dir, "zoo"), "--models", "99", "--json"])).out) as {
    models: number[];
  };
  expect(json).toMatchObject({ ok: true, exact: true, states: [0, 1, 2, 3], difference: null });
  expect(json.models).toHaveLength(20);
});

test("verify names the first weight that differs", async () => {
  const said = await zooGen(["verify", join(dir, "zoo"), "--models", "20"], {
    openExecutor: corrupting((task, result) => {
      if (task.epoch === 2) result.state.tensors.weights[5 * 170 + 161] = 7;
    }),
  });
  expect(said.code).toBe(1);
  expect(said.err).toMatch(
    /^zoo-gen: DIR\/zoo: model 5 departs at epoch 2: layers\.2\.bias\[1\] is \S+ \(0x[0-9a-f]{8}\), and the recipe gives 7 \(0x40e00000\)$/m,
  );
});

test("verify names the first metric that differs, even in its last bit", async () => {
  const said = await zooGen(["verify", join(dir, "zoo"), "--models", "20", "--json"], {
    openExecutor: corrupting((task, result) => {
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
    /^DIR\/zoo\/weights\/shard-00000\.safetensors: the SHA-256 is \w{64}, but zoo\.json states \w{64}; get the file again\n(.*\n)*zoo-gen: DIR\/zoo: 2 faults in weights\/shard-00000\.safetensors, zoo\.json\n$/,
  );
});

/** An executor whose results `change` may spoil. */
function corrupting(change: (task: EpochTask, result: EpochResult) => void): World["openExecutor"] {
  return async (options) => {
    const executor = await fakeExecutor(options);
    const train: typeof executor.train = async (task, options) => {
      const result = await executor.train(task, options);
      change(task, result);
      return result;
    };
    return { ...executor, train };
  };
}
