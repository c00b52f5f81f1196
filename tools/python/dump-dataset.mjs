#!/usr/bin/env node
/**
 * Writes a data set exactly as @zoo/data yields it, for programs in other languages.
 *
 *     npm run build && node tools/python/dump-dataset.mjs usps OUT
 *
 * OUT/images.u8 uint8 [N, C, H, W] before scaling, OUT/labels.u8 uint8 [N], OUT/dataset.json {name, shape, classes, scale, shift, splits, sha256}.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadDataset } from "../../packages/data/dist/index.js";

const [name, out] = process.argv.slice(2);
if (!name || !out) {
  process.stderr.write("usage: dump-dataset.mjs DATASET OUT\n");
  process.exit(2);
}
const data = await loadDataset(name).catch((e) => {
  process.stderr.write(`dump-dataset: ${e.message}\n`);
  process.exit(1);
});
const { images, labels, scale, shift, splits, shape, classes, sha256 } = data;
mkdirSync(out, { recursive: true });
writeFileSync(join(out, "images.u8"), images);
writeFileSync(join(out, "labels.u8"), labels);
const lists = Object.fromEntries(Object.entries(splits).map(([split, indices]) => [split, [...indices]]));
const dataset = { name, shape, classes, scale: [...scale], shift: [...shift], splits: lists, sha256 };
writeFileSync(join(out, "dataset.json"), JSON.stringify(dataset));
