import { isZooError, type ZooFault } from "@zoo/format";
import { checkZoo, openZoo } from "@zoo/format/node";
import { recipeFaults } from "../recipe/faults.ts";

export interface CheckOptions {
  /** Bytes read so far, of all. */
  onProgress: (done: number, total: number) => void;
  signal: AbortSignal;
}

/**
 * Everything that is wrong with a finished zoo as far as it can be told without training: its files against SPEC.md, its
 * recipe against the rules of recipes and against what the zoo says its models are. Texts of the zoo are not escaped.
 */
export async function allFaults(dir: string, { onProgress, signal }: CheckOptions): Promise<ZooFault[]> {
  const faults = await checkZoo(dir, { onProgress, signal });
  const zoo = await openZoo(dir).catch((e: unknown) => {
    if (isZooError(e, "bad-zoo") || isZooError(e, "io")) return null; // among the faults already
    throw e;
  });
  if (zoo === null) return faults;
  try {
    for (const { path, rule } of recipeFaults(zoo.manifest, zoo.models)) {
      const [file, where] = path.startsWith("models.parquet ") ? path.split(" ") : ["zoo.json", path];
      faults.push({ path: file, rule: `${where} ${rule}` });
    }
    return faults;
  } finally {
    await zoo.close();
  }
}
