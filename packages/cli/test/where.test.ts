import type { ModelFilter } from "@zoo/format";
import { describe, expect, test } from "vitest";
import { parseWhere, whereColumns } from "../src/index.ts";

const columns = whereColumns([0, 1, 5, 25], {
  models: [
    { name: "source", type: "STRING" },
    { name: "noise", type: "DOUBLE" },
    { name: "teacher", type: "BOOLEAN" },
  ],
  metrics: [
    { name: "sharpness", type: "DOUBLE" },
    { name: "pruned", type: "BOOLEAN" },
  ],
});

test.each<[text: string, filters: ModelFilter[] | object[]]>([
  ["lr = 0.001", [{ lr: 0.001 }]],
  ["lr=1e-3", [{ lr: 0.001 }]],
  ["lr in 0.001|0.01", [{ lr: [0.001, 0.01] }]],
  ["lr = 0.001 | 0.01", [{ lr: [0.001, 0.01] }]],
  ["lr != 0.1", [{ lr: { not: 0.1 } }]],
  ["id != 3|4", [{ id: { not: [3, 4] } }]],
  ["id in 10..20", [{ id: { min: 10, max: 20 } }]],
  ["weight_decay = -1..0.5", [{ weight_decay: { min: -1, max: 0.5 } }]],
  ["seed < 5", [{ seed: { below: 5 } }]],
  ["seed <= 5", [{ seed: { max: 5 } }]],
  ["seed > 5", [{ seed: { above: 5 } }]],
  ["seed >= 5", [{ seed: { min: 5 } }]],
  ["activation = tanh", [{ activation: "tanh" }]],
  ["activation in tanh|gelu", [{ activation: ["tanh", "gelu"] }]],
  ['split != "train"', [{ split: { not: "train" } }]],
  ["diverged = false", [{ diverged: false }]],
  ["diverged != false", [{ diverged: true }]],
  ["test_acc >= 0.5", [{ test_acc: { min: 0.5 } }]],
  ["test_acc@25 >= 0.5", [{ test_acc: { min: 0.5, epoch: 25 } }]],
  ["test_acc@last > 0.5", [{ test_acc: { above: 0.5 } }]],
  ["ggap@0 in 0..0.1", [{ ggap: { min: 0, max: 0.1, epoch: 0 } }]],
  ["val_loss@1 = 2", [{ val_loss: { min: 2, max: 2, epoch: 1 } }]],
  ["val_loss != 2|3", [{ val_loss: { not: [2, 3] } }]],
  [
    "test_acc@5 > 0.5&test_acc@25<0.9 & lr=0.1",
    [{ test_acc: { above: 0.5, epoch: 5 } }, { test_acc: { below: 0.9, epoch: 25 } }, { lr: 0.1 }],
  ],
  ["source = mnist-seed", [{ declared: { source: "mnist-seed" } }]],
  ['source = "a & b|c \\" .."', [{ declared: { source: 'a & b|c " ..' } }]],
  ["source = 12", [{ declared: { source: "12" } }]],
  ["noise > 0.1 & teacher = true", [{ declared: { noise: { above: 0.1 } } }, { declared: { teacher: true } }]],
  ["sharpness@5 < 1e-3", [{ declared: { sharpness: { below: 0.001, epoch: 5 } } }]],
])("--where %s", (text, filters) => {
  expect(parseWhere(text, columns)).toEqual(filters);
});

const all =
  "id, shard, row, split, seed, activation, init, dropout, optimizer, lr, weight_decay, momentum, batch_size, diverged, " +
  "train_loss, train_acc, val_loss, val_acc, test_loss, test_acc, ggap, source, noise, teacher, sharpness, pruned";

describe("a name that is no column is refused with the known ones, and the one that was meant", () => {
  test.each<[name: string, meant: string]>([
    ["accuracy", "test_acc"],
    ["acc", "test_acc"],
    ["test_accuracy", "test_acc"],
    ["Test_Acc", "test_acc"],
    ["loss", "test_loss"],
    ["learning_rate", "lr"],
    ["wd", "weight_decay"],
    ["batchsize", "batch_size"],
    ["actvation", "activation"],
    ["optimiser", "optimizer"],
    ["model", "id"],
  ])("%s", (name, meant) => {
    expect(() => parseWhere(`${name} = 1`, columns)).toThrow(
      `--where names "${name}", which is no column; did you mean ${meant}? (columns: ${all}); got "${name} = 1"`,
    );
  });

  test("colour, which is near to none", () => {
    expect(() => parseWhere("colour = red", columns)).toThrow(
      `--where names "colour", which is no column (columns: ${all}); got "colour = red"`,
    );
  });
});

describe("what is wrong is refused with the rule", () => {
  test.each<[text: string, complaint: string]>([
    ["", "has no condition; write one such as test_acc >= 0.5"],
    [" ", "has no condition; write one such as test_acc >= 0.5"],
    ["lr", "needs one of =, !=, <, <=, >, >=, in after lr"],
    ["lr 0.1", "needs one of =, !=, <, <=, >, >=, in after lr"],
    ["lr =", "needs a value after lr ="],
    ["lr == 0.1", "needs a value after lr ="],
    ["= 3", 'needs a column before "= 3"'],
    ["lr = 0.1 &", 'needs a column before ""'],
    ["lr = 0.1 && id = 3", 'needs a column before "& id = 3"'],
    ["lr = 0.1 and id = 3", 'has "and id = 3" where & or the end should be'],
    ["lr = 0.1, id = 3", "compares lr with 0.1,, which is no number; numbers are written as 0.5, 12 or 1e-3"],
    ["lr = fast", "compares lr with fast, which is no number; numbers are written as 0.5, 12 or 1e-3"],
    ["lr = .5", "compares lr with .5, which is no number; numbers are written as 0.5, 12 or 1e-3"],
    ["lr = NaN", "compares lr with NaN, which is no number; numbers are written as 0.5, 12 or 1e-3"],
    ["lr = 1e999", "compares lr with 1e999, which is too large for a number"],
    ["id = 1.5", "compares id with 1.5, and it is a whole number below 2^53"],
    ["seed = 9007199254740993", "compares seed with 9007199254740993, and it is a whole number below 2^53"],
    ["lr < 0.1|0.2", "compares lr by < with more than one value"],
    ["lr in 0.1..", "has the range 0.1.., which needs two ends: 0.1..0.5"],
    ["lr in 0.1..0.2..0.3", "has the range 0.1..0.2..0.3, which needs two ends: 0.1..0.5"],
    ["lr in 0.2..0.1", "has the range 0.2..0.1, whose end is before its start"],
    ["lr in 0.1..0.2|0.5", "joins a range of lr with |; a range stands alone"],
    ["lr != 0.1..0.2", "compares lr with 0.1..0.2, which is no number; numbers are written as 0.5, 12 or 1e-3"],
    ["activation = swish", 'compares activation with "swish", and it is one of ACTIVATIONS'],
    [
      "activation = leaky-relu",
      'compares activation with "leaky-relu", and it is one of ACTIVATIONS; did you mean leaky_relu?',
    ],
    ["activation > tanh", "compares activation by >, and it is a word; use = or !="],
    ["diverged = yes", "compares diverged with yes, and it is true or false"],
    ["diverged < true", "compares diverged by <, and it is true or false; use = or !="],
    ["diverged in true|false", "gives diverged more than one value; it is true or false"],
    ["test_acc in 0.5|0.6", "gives test_acc more than one value; a metric takes one, or a range a..b"],
    [
      "lr@5 = 0.1",
      "asks for lr at an epoch, and only metrics have epochs: train_loss, train_acc, val_loss, val_acc, test_loss, test_acc, ggap, sharpness, pruned",
    ],
    ["test_acc@7 > 0.5", "names epoch 7, and there are metrics of epochs 0-1,5,25"],
    ["pruned@5 = true", "asks for pruned, and only metrics that are numbers can be asked for"],
    ["test_acc@ > 0.5", 'needs an epoch or "last" after test_acc@'],
    ['source = "a', "needs a value after source ="],
    ['source = "\\q"', 'has ""\\q"", which is no string of JSON'],
  ])("--where %s", (text, complaint) => {
    const activations = "tanh, relu, leaky_relu, sigmoid, silu, gelu, elu, none";
    expect(() => parseWhere(text, columns)).toThrow(
      `--where ${complaint.replace("ACTIVATIONS", activations)}; got "${text}"`,
    );
  });
});
