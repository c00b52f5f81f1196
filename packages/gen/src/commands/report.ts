import { bytes, count, duration, plural, printable, writeJson } from "@zoo/cli";
import { openZoo } from "@zoo/format/node";
import { divergedNote, histogram, lastAccuracies, populationTable, summarize } from "../cli/summary.ts";
import type { World } from "../cli/world.ts";
import { folderBytes } from "../run/folder.ts";
import type { Generated } from "../run/generate.ts";

/**
 * The end of `run` and `resume`: how the population did and what to do next. `generated` is null when the zoo was
 * finished before. Returns the exit code: 1 for a run that a signal stopped.
 */
export async function report(dir: string, generated: Generated | null, json: boolean, world: World): Promise<number> {
  const folder = printable(dir);
  if (generated?.finished === false) {
    world.stderr.write(`zoo-gen: stopped; every finished epoch is saved. Go on with: zoo-gen resume ${folder}\n`);
    return 1;
  }
  const zoo = await openZoo(dir);
  try {
    const { manifest, models } = zoo;
    const metrics = await zoo.metrics();
    const population = summarize(metrics);
    const diverged = models.rows.filter((row) => row.diverged).length;
    if (json) {
      const { name, epochs, states } = manifest;
      const summary = { zoo: dir, name, models: models.length, epochs, states, diverged, generated, population };
      writeJson(world.stdout, summary);
      return 0;
    }
    const made =
      generated === null
        ? ""
        : `, in ${duration(generated.seconds)} (${count(generated.rate)} model-samples/s, ${generated.engine}, ${plural(generated.workers, "worker")})`;
    world.stdout.write(
      `\n${printable(manifest.title)}: ${plural(models.length, "model")} x ${plural(manifest.states.length, "state")} of ${count(manifest.layout.D)} weights${made}\n\n` +
        `${populationTable(population)}\n` +
        `  test accuracy at epoch ${manifest.epochs}, number of models\n${histogram(lastAccuracies(metrics))}\n` +
        divergedNote(diverged) +
        `${folder}  ${bytes(folderBytes(dir))}\n${nextSteps(folder)}`,
    );
    return 0;
  } finally {
    await zoo.close();
  }
}

function nextSteps(dir: string): string {
  return `
next
  retrain some models and compare every byte   zoo-gen verify ${dir}
  open it in TypeScript                        const zoo = await openZoo("${dir}")  // from "@zoo/format/node"
                                               await zoo.weightsAt(0)               // [models, weights]
  open it in Python                            pd.read_parquet("${dir}/models.parquet")
                                               safetensors.numpy.load_file("${dir}/weights/shard-00000.safetensors")
`;
}
