import { join } from "node:path";
import { type Architecture, deriveLayout } from "@zoo/format";
import { describe, expect, test } from "vitest";
import { jsonOf, runAnalysis } from "../support/run-analysis.ts";
import { type SmallZoo, smallArchitecture, temporaryFolder, writeSmallZoo } from "../support/small-zoo.ts";

const { D } = deriveLayout(smallArchitecture);
const filled = (value: number) => () => new Float32Array(D).fill(value);

/** Networks with nothing to tell them apart, without a gradient, or with squares beyond float32. */
const degenerate: Record<string, SmallZoo> = {
  "weights all zero": { weights: filled(0) },
  "one network six times": { weights: filled(0.5) },
  "a sigmoid with exactly flat gradients": {
    models: Array.from({ length: 6 }, () => ({ activation: "sigmoid" as const })),
    weights: filled(1e4),
  },
  "weights whose squares overflow float32": {
    weights: ({ id }) => new Float32Array(D).fill(1e30 * (id + 1)),
  },
  "a NaN that is not marked as diverged": {
    weights: ({ id }, epoch) =>
      Float32Array.from({ length: D }, (_, i) => (id === 0 && epoch === 1 ? Number.NaN : Math.sin(i + id + epoch))),
  },
  "one model": { models: [{}] },
};

const landscapeFlags = ["--parts", "slices", "--grid", "3", "--positions", "3"];

describe.each(Object.entries(degenerate))("%s", (_, parts) => {
  test.each([["weights"], ["trajectories"], ["embed"], ["landscape", ...landscapeFlags]])(
    "%s works",
    async (...argv) => {
      const run = await runAnalysis([argv[0], await writeSmallZoo(parts), ...argv.slice(1), "--json"]);
      expect(run).toMatchObject({ code: 0, stderr: expect.not.stringContaining("Error") });
      expect(jsonOf(run).definitions.length).toBeGreaterThan(1);
    },
  );
});

test("landscape says why there is no plane through three equal networks", async () => {
  const zoo = await writeSmallZoo({ weights: filled(0.5) });
  const found = jsonOf(await runAnalysis(["landscape", zoo, ...landscapeFlags, "--json"]));
  expect(found.definitions.join("\n")).toContain("No plane: models 5, 2, 0 lie on a line at epoch 2, or are equal.");
  expect(Object.keys(found.arrays).filter((name) => name.startsWith("three_models"))).toEqual([]);
});

test("trajectories say why there are no clusters", async () => {
  const zoo = await writeSmallZoo(degenerate["weights whose squares overflow float32"]);
  const found = jsonOf(await runAnalysis(["trajectories", zoo, "--json"]));
  expect(found.definitions.join("\n")).toContain("No clusters: a distance of two of the states is not finite.");
});

test("diversity looks at as many neighbours as there are images, unless it is told how many", async () => {
  const zoo = await writeSmallZoo();
  const found = await runAnalysis(["diversity", zoo, "--json"]);
  expect(found.code).toBe(0);
  expect(jsonOf(found).definitions.join("\n")).toContain("Mutual neighbours: shared ones of the 5 nearest");
  const told = await runAnalysis(["diversity", zoo, "--neighbours", "6"]);
  expect(told).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("--neighbours must be less than the 6 images"),
  });
});

/** No engine has a residual. */
const residual = {
  name: "res",
  input: [1, 4, 4],
  classes: 3,
  layers: [
    { type: "conv2d", out: 2, kernel: 3, padding: 1 },
    { type: "activation" },
    { type: "residual", body: [{ type: "conv2d", out: 2, kernel: 3, padding: 1 }], shortcut: [] },
    { type: "activation" },
    { type: "flatten" },
    { type: "linear", out: 3 },
  ],
} as Architecture;

describe("a network that no engine has", () => {
  test.each(["summary", "hyperparameters", "weights", "diversity", "trajectories", "embed"])(
    "%s works",
    async (command) => {
      const run = await runAnalysis([command, await writeSmallZoo({ architecture: residual }), "--json"]);
      expect(run.code).toBe(0);
      const without = {
        weights: "Dead by behaviour: not measured",
        diversity: "Behaviour and representations: not measured",
      };
      const why = without[command as keyof typeof without];
      const said = why === undefined ? "" : `${why}; engines answer no questions about residual`;
      expect(jsonOf(run).definitions.join("\n")).toContain(said);
    },
  );

  test("a report is written", async () => {
    const out = join(temporaryFolder(), "report.html");
    const run = await runAnalysis(["report", await writeSmallZoo({ architecture: residual }), "--out", out]);
    expect(run.code).toBe(0);
  });

  test.each([["landscape"], ["diversity", "--parts", "behaviour"], ["diversity", "--parts", "representation"]])(
    "%s %s %s is one clear line",
    async (...argv) => {
      const run = await runAnalysis([argv[0], await writeSmallZoo({ architecture: residual }), ...argv.slice(1)]);
      expect(run).toMatchObject({ code: 2, stdout: "" });
      expect(run.stderr).toContain("zoo-analysis: engines answer no questions about residual, which res has. Metrics,");
    },
  );
});

test("images of other shape or more classes than the networks take are refused in a line", async () => {
  const rgb = { ...smallArchitecture, name: "rgb", input: [3, 4, 4] } satisfies Architecture;
  const dataset = { shape: [3, 4, 4], scale: [1, 1, 1], shift: [0, 0, 0] } as NonNullable<SmallZoo["dataset"]>;
  const shape = await runAnalysis(["weights", await writeSmallZoo({ architecture: rgb, dataset })]);
  expect(shape).toMatchObject({ code: 1, stdout: "" });
  expect(shape.stderr).toContain(
    "mnist-10k has images [1, 4, 4] in 3 classes, but the zoo's networks take [3, 4, 4] in 3",
  );
  const layers = [...smallArchitecture.layers.slice(0, 3), { type: "linear" as const, out: 2 }];
  const two = { ...smallArchitecture, classes: 2, layers } satisfies Architecture;
  const classes = await runAnalysis(["landscape", await writeSmallZoo({ architecture: two, dataset: { classes: 2 } })]);
  expect(classes).toMatchObject({ code: 1, stdout: "" });
  expect(classes.stderr).toContain("in 3 classes, but the zoo's networks take [1, 4, 4] in 2");
});

test("a network without hidden layers is looked at by every command", async () => {
  const linear = {
    name: "linear",
    input: [1, 4, 4],
    classes: 3,
    layers: [{ type: "flatten" }, { type: "linear", out: 3 }],
  };
  const zoo = await writeSmallZoo({ architecture: linear as Architecture });
  for (const argv of [["weights"], ["diversity"], ["trajectories"], ["embed"], ["landscape", ...landscapeFlags]]) {
    expect((await runAnalysis([argv[0], zoo, ...argv.slice(1)])).code, argv[0]).toBe(0);
  }
});
