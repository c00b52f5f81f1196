import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { type Architecture, deriveLayout, type Manifest } from "../../src/index.ts";
import { tinyFields, tinyMetrics, tinyModels, tinyShards, tinySlab } from "./tiny-data.ts";
import { type Files, type ZooContents, zooFiles } from "./zoo-files.ts";

export * from "./tiny-data.ts";
export type { Files } from "./zoo-files.ts";

export interface TinyOptions extends Partial<Omit<ZooContents, "fields">> {
  architecture?: Architecture;
  fields?: Partial<Manifest>;
}

/** A zoo of 5 models in 2 shards, with interleaved ids, 3 states each. */
export function tinyFiles(options: TinyOptions = {}): Files {
  const { shards = tinyShards, states = [0, 1, 2], architecture = tinyFields.architecture, fields, ...rest } = options;
  const { D } = deriveLayout(architecture);
  const dataset = { ...tinyFields.dataset, shape: architecture.input, classes: architecture.classes };
  return zooFiles({
    shards,
    states,
    measured: Array.from({ length: states[states.length - 1] + 1 }, (_, epoch) => epoch),
    models: tinyModels(shards),
    metrics: tinyMetrics,
    arrays: [
      {
        name: "weights",
        dtype: "F32",
        axes: ["state", "model", "weight"],
        values: (ids, epoch) => tinySlab(ids, epoch, D),
      },
    ],
    ...rest,
    fields: { ...tinyFields, dataset, architecture, ...fields },
  });
}

export async function writeFiles(dir: string, files: Files): Promise<void> {
  for (const [path, bytes] of files) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), bytes);
  }
}

export async function writeTinyZoo(dir: string, options: TinyOptions = {}): Promise<void> {
  await writeFiles(dir, tinyFiles(options));
}

/** A folder that is gone when the test is over. */
export async function temporaryFolder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "zoo-format-"));
  onTestFinished(async () => await rm(dir, { recursive: true, force: true }));
  return dir;
}
