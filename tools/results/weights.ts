import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { openZoo } from "@zoo/format/node";

/** The name of a file of digests beside a zoo's results. */
export const WEIGHTS_FILE = "WEIGHTS-SHA256";

const TITLE =
  "# SHA-256 of the data of the weights of these models, all states: a shard's safetensors file without its header";

/** By models, as `formatModels` writes them. */
export type Digests = Map<string, string>;

/**
 * The SHA-256 of the data of a safetensors file: every byte after the header. So a header that a later version of the
 * format words otherwise does not change it, and one wrong bit of a weight does.
 */
export async function dataSha256(path: string): Promise<string> {
  const file = await open(path);
  try {
    const head = await file.read(Buffer.alloc(8), 0, 8, 0);
    const start = 8 + Number(head.buffer.readBigUInt64LE());
    const { size } = await file.stat();
    if (start >= size) throw new RangeError(`${path} has no data: its header ends at byte ${start} of ${size}`);
    const hash = createHash("sha256");
    for await (const chunk of file.createReadStream({ start, autoClose: false })) hash.update(chunk as Buffer);
    return hash.digest("hex");
  } finally {
    await file.close();
  }
}

/** Of every shard of the zoo in `folder`. */
export async function digestsOf(folder: string): Promise<Digests> {
  const zoo = await openZoo(folder);
  const digests: Digests = new Map();
  for (const { models, arrays } of zoo.manifest.shards) {
    digests.set(formatModels(models), await dataSha256(join(folder, arrays.weights.path)));
  }
  await zoo.close();
  return digests;
}

/** Ascending ids as ranges: [0, 1, 2, 7] is "0-2,7". */
export function formatModels(ids: readonly number[]): string {
  const starts = ids.filter((id, i) => i === 0 || id !== ids[i - 1] + 1);
  const ends = ids.filter((id, i) => i === ids.length - 1 || id !== ids[i + 1] - 1);
  return starts.map((start, i) => (start === ends[i] ? `${start}` : `${start}-${ends[i]}`)).join(",");
}

export function formatDigests(digests: Digests): string {
  return `${TITLE}\n${[...digests].map(([models, sha256]) => `${sha256}  ${models}\n`).join("")}`;
}

export function parseDigests(text: string): Digests {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => {
      const [, sha256, models] = /^([0-9a-f]{64}) {2}([0-9,-]+)$/.exec(line) ?? [];
      if (models === undefined) throw new RangeError(`a line must be a SHA-256, two spaces and models; got "${line}"`);
      return [models, sha256];
    }),
  );
}

/** What both have: the models with the same data, and those with other data. */
export function compare(known: Digests, found: Digests): { same: string[]; other: string[] } {
  const both = [...found.keys()].filter((models) => known.has(models));
  const isSame = (models: string): boolean => known.get(models) === found.get(models);
  return { same: both.filter(isSame), other: both.filter((models) => !isSame(models)) };
}
