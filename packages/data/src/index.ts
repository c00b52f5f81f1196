export type { DatasetName, ImageDataset, LoadOptions } from "./datasets.ts";
export { datasetNames, loadDataset } from "./datasets.ts";
export type { DownloadProgress } from "./download.ts";
export { normalizedPixel } from "./normalize.ts";
export { resizeBilinear } from "./resize.ts";
export { Mt19937, torchRandomSplit, torchRandperm } from "./torch-random.ts";
export type { Source } from "./verify.ts";
