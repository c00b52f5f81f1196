import { expect, test } from "vitest";
import { type Architecture, type Manifest, memoryStorage, openZoo } from "../src/index.ts";
import { widenFloat16 } from "../src/read/float16.ts";
import {
  type TinyOptions,
  tinyArchitecture,
  tinyFiles,
  tinyMetrics,
  tinyModels,
  tinyShards,
  tinySlab,
  tinyWeight,
} from "./support/tiny-zoo.ts";

const axes = ["state", "model", "weight"];

const open = async (options: TinyOptions) => await openZoo(memoryStorage(tinyFiles(options)));

test("a zoo of three states out of 51 epochs opens, and says which it has", async () => {
  const zoo = await open({ states: [0, 25, 50] });
  expect([zoo.states, zoo.measured.length, zoo.manifest.epochs]).toEqual([[0, 25, 50], 51, 50]);
  expect((await zoo.weightsAt(25)).data).toEqual(tinySlab([0, 1, 2, 3, 4], 25, 67));
  const { data, shape } = await zoo.trajectory(3);
  expect(shape).toEqual([3, 67]);
  expect(data[2 * 67 + 5]).toBe(tinyWeight(3, 50, 5));
  expect((await zoo.metrics()).value(1, 24, "train_loss")).toBe(tinyMetrics([1], 24)[0].train_loss);
  await expect(zoo.weightsAt(24)).rejects.toThrow(
    "the zoo has no weights of epoch 24; it has 0, 25, 50 (0 is the initialisation)",
  );
  expect((await zoo.models.filter({ train_loss: { max: -9.97 } })).map(({ id }) => id)).toEqual([0, 1, 2, 3]); // 2.5 - 50 / 4 + id / 100
});

test("further arrays are read like the weights", async () => {
  const mask = (ids: readonly number[], epoch: number): Uint8Array =>
    Uint8Array.from({ length: ids.length * 67 }, (_, i) => (ids[Math.floor(i / 67)] + epoch + i) % 2);
  const zoo = await open({
    arrays: [
      { name: "mask", dtype: "U8", axes, values: mask },
      {
        name: "weights",
        dtype: "F32",
        axes,
        values: (ids, epoch) => tinySlab(ids, epoch, 67),
      },
    ],
  });
  const { data, shape } = await zoo.arrayAt("mask", 2, [1, 3]);
  expect([data, shape]).toEqual([mask([1, 3], 2), [2, 67]]);
  expect((await zoo.weightsAt(2, [3])).data).toEqual(tinySlab([3], 2, 67));
  await expect(zoo.arrayAt("log_sigma2", 0)).rejects.toThrow('the zoo has no array "log_sigma2"; it has mask, weights');
});

test("weights stored as float16 come as float32, exactly", async () => {
  const halves = Uint16Array.of(0x3c00, 0xbc00, 0x0001, 0x8001, 0x03ff, 0x0400, 0x7bff, 0x7c00, 0xfc00, 0x8000);
  const zoo = await open({
    arrays: [
      {
        name: "weights",
        dtype: "F16",
        axes,
        values: (ids) => Uint16Array.from({ length: ids.length * 67 }, (_, i) => halves[i % halves.length]),
      },
    ],
  });
  const { data } = await zoo.weightsAt(1, [4]);
  expect([...data.subarray(0, 10)]).toEqual([
    1023 * 2 ** -24, // row 2 begins at element 134 of its slab, at halves[4]
    2 ** -14,
    65_504,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    -0,
    1,
    -1,
    2 ** -24,
    -(2 ** -24),
  ]);
  const nan = new Uint32Array(widenFloat16(Uint16Array.of(0x7e00, 0xfe01)).buffer);
  expect([...nan]).toEqual([0x7fc0_0000, 0xffc0_2000]);
});

test("every half is the float32 that its sign, exponent and fraction say", () => {
  const wide = widenFloat16(Uint16Array.from({ length: 2 ** 16 }, (_, half) => half));
  const wrong = [...wide.keys()].filter((half) => {
    const [exponent, fraction] = [(half >> 10) & 31, (half & 1023) / 1024];
    const size = exponent === 0 ? fraction * 2 ** -14 : (1 + fraction) * 2 ** (exponent - 15);
    const expected = exponent < 31 ? size : fraction === 0 ? Number.POSITIVE_INFINITY : Number.NaN;
    return !Object.is(wide[half], half < 0x8000 ? expected : -expected);
  });
  expect(wrong).toEqual([]);
});

test("a network with batch normalisation comes with its running statistics", async () => {
  const architecture: Architecture = {
    ...tinyArchitecture,
    layers: [{ type: "batchnorm2d" }, ...tinyArchitecture.layers],
  };
  const D = 69; // scale and shift of one channel more
  const zoo = await open({
    architecture,
    arrays: [
      { name: "weights", dtype: "F32", axes, values: (ids, epoch) => tinySlab(ids, epoch, D) },
      {
        name: "buffers",
        dtype: "F32",
        axes: ["state", "model", "buffer"],
        values: (ids, epoch) => Float32Array.from(ids.flatMap((id) => [id, epoch + 1])),
      },
    ],
  });
  const state = await zoo.stateDict(4, 2);
  expect(Object.keys(state).slice(-2)).toEqual(["layers.0.running_mean", "layers.0.running_var"]);
  expect(state["layers.0.running_mean"]).toEqual({ shape: [1], data: Float32Array.of(4) });
  expect(state["layers.0.running_var"]).toEqual({ shape: [1], data: Float32Array.of(3) });
  expect((await zoo.arrayAt("buffers", 1)).shape).toEqual([5, 2]);
});

const declared: Manifest["columns"] = {
  models: [
    { name: "source_id", type: "INT32", description: "Id in the zoo that this one was made from." },
    { name: "group", type: "STRING", description: "Which experiment." },
    { name: "tokens", type: "INT64", description: "A large count." },
  ],
  metrics: [
    { name: "sparsity", type: "DOUBLE", description: "Fraction of weights that are 0." },
    { name: "pruned", type: "BOOLEAN", description: "Whether the epoch pruned." },
  ],
};

async function declaringZoo() {
  return await open({
    fields: { columns: declared, derived_from: { name: "source", sha256: "2".repeat(64) } },
    models: tinyModels(tinyShards).map((row) => ({
      ...row,
      declared: { source_id: 100 + row.id, group: row.id < 2 ? "a" : "b", tokens: 2n ** 62n + BigInt(row.id) },
    })),
    metrics: (ids, epoch) =>
      tinyMetrics(ids, epoch).map((row) => ({
        ...row,
        declared: { sparsity: epoch / 4 + row.model / 100, pruned: epoch === 2 },
      })),
  });
}

test("declared columns of both tables are read, in rows and as columns", async () => {
  const zoo = await declaringZoo();
  expect(zoo.models.column("source_id")).toEqual(Int32Array.of(100, 101, 102, 103, 104));
  expect(zoo.models.column("lr")).toEqual(Float64Array.of(0.001, 0.001, 3e-4, 3e-4, 3e-4));
  expect(zoo.models.get(3).declared).toEqual({ source_id: 103, group: "b", tokens: 2n ** 62n + 3n });
  const metrics = await zoo.metrics();
  expect(metrics.at(3, 2).declared).toEqual({ sparsity: 0.53, pruned: true });
  expect(metrics.column("pruned").length).toBe(15);
  expect(metrics.column("sparsity")[4]).toBe(0.26); // model 1, epoch 1
  expect(() => zoo.models.column("colour")).toThrow(/^the models have no column "colour"; they have id, shard, row, /);
  expect(() => metrics.column("colour")).toThrow(/^the metrics have no column "colour"; they have model, epoch, /);
});

test("models are filtered by declared columns too", async () => {
  const zoo = await declaringZoo();
  const ids = async (filter: Parameters<typeof zoo.models.filter>[0]) =>
    (await zoo.models.filter(filter)).map(({ id }) => id);
  expect(await ids({ declared: { group: ["a", "c"] } })).toEqual([0, 1]);
  expect(await ids({ declared: { source_id: { min: 103 } }, activation: "tanh" })).toEqual([4]);
  expect(await ids({ declared: { sparsity: { min: 0.27, epoch: 1 } } })).toEqual([2, 3, 4]);
  expect(await ids({ declared: { sparsity: 0.53 } })).toEqual([3]); // at the last epoch: 0.5 + id / 100
  expect(await ids({ declared: { sparsity: [0.5, 0.54] } })).toEqual([0, 4]);
  expect(await ids({ declared: { sparsity: 10 } })).toEqual([]);
  expect(await ids({ declared: { sparsity: [10] } })).toEqual([]);
  expect(await ids({ declared: { pruned: false } })).toEqual([]);
  await expect(ids({ declared: { colour: 1 } })).rejects.toThrow(
    'filter: there is no column "colour"; there are source_id, group, tokens, sparsity, pruned',
  );
});

test("a declared value of another type is not written", () => {
  const wrong = { fields: { columns: { models: [declared.models[0]], metrics: [] } } };
  expect(() => tinyFiles(wrong)).toThrow(
    "row 0: the declared column source_id needs a value of type INT32, got undefined",
  );
});
