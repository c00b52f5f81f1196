// What alignment finds in a zoo, by its start: moved copies, and pairs of models with more and more random starts. Prints the table of
// docs/weight-space.md. From this package: npx tsx --conditions=@zoo/source perf/alignment-facts.ts ZOO [--models 30] [--pairs 66]
import { parseArgs } from "node:util";
import { RandomStream } from "@zoo/engine";
import { openZoo } from "@zoo/format/node";
import { Aligner } from "../src/weight-space/align.ts";
import { applySymmetry, randomSymmetry } from "../src/weight-space/symmetry.ts";
import { symmetriesOf } from "../src/weight-space/symmetry-groups.ts";

const COPIES = 20;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { models: { type: "string", default: "30" }, pairs: { type: "string", default: "66" } },
});
const zoo = await openZoo(positionals[0]);
const odd = zoo.models.rows.filter(({ activation, diverged }) => activation === "tanh" && !diverged);
const rows = odd.slice(0, Number(values.models));
const { data, shape } = await zoo.weightsAt(zoo.states[zoo.states.length - 1], rows);
await zoo.close();
const networks = rows.map((_, i) => data.subarray(i * shape[1], (i + 1) * shape[1]));
const symmetries = symmetriesOf(zoo.manifest.architecture, { activations: ["tanh"] });
const withoutSigns = symmetriesOf(zoo.manifest.architecture, { activations: ["tanh"], signs: false });

console.log("| start | copies moved | found again |\n| --- | --- | --- |");
for (const start of ["incoming", "identity"] as const) {
  for (const [moves, name] of [[withoutSigns, "places"] as const, [symmetries, "places and signs"] as const]) {
    const aligner = new Aligner(symmetries, { start });
    let found = 0;
    for (const [i, network] of networks.entries()) {
      for (let copy = 0; copy < COPIES; copy++) {
        const random = new RandomStream(i * COPIES + copy, "ALIGNMENT");
        const moved = applySymmetry(network, randomSymmetry(moves, random), moves);
        if (aligner.align(moved, network).distance === 0) found++;
      }
    }
    const of = networks.length * COPIES;
    console.log(`| ${start} | ${name} | ${found} of ${of} (${((100 * found) / of).toFixed(1)} %) |`);
  }
}

const pairs = networks
  .flatMap((_, i) => networks.slice(0, i).map((_, j) => [i, j] as const))
  .slice(0, Number(values.pairs));
const mean = (aligner: Aligner, key: "distance" | "rawDistance"): number =>
  pairs.reduce((sum, [i, j]) => sum + aligner.align(networks[i], networks[j])[key], 0) / pairs.length;
const plain = mean(new Aligner(symmetries), "distance");
console.log(`\n| ${pairs.length} pairs | mean L2 | against incoming |\n| --- | --- | --- |`);
const line = (name: string, value: number): void =>
  console.log(`| ${name} | ${value.toFixed(4)} | ${((100 * value) / plain - 100).toFixed(2)} % |`);
line("raw", mean(new Aligner(symmetries), "rawDistance"));
line("incoming", plain);
line("identity", mean(new Aligner(symmetries, { start: "identity" }), "distance"));
line("incoming, no signs", mean(new Aligner(withoutSigns), "distance"));
for (const restarts of [10, 100])
  line(`incoming and ${restarts} random starts`, mean(new Aligner(symmetries, { restarts }), "distance"));
