import { loadDataset, normalizedPixel } from "@zoo/data";

const data = await loadDataset("mnist-10k"); // or "mnist", "fashion-mnist", "usps"

const first = data.splits.train[0];
const image = data.images.subarray(first * 28 * 28, (first + 1) * 28 * 28);
const pixels = Float32Array.from(image, (u) => normalizedPixel(u, data.scale[0], data.shift[0]));

console.log(`${data.splits.train.length} training images of ${data.shape.join("x")}`);
console.log(`the first is a ${data.labels[first]}, brightest pixel ${Math.max(...pixels).toFixed(2)}`);
