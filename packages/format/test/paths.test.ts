import { expect, test } from "vitest";
import { arrayPath, metricsPath, weightsPath } from "../src/files/paths.ts";

test("the place of a shard is a function of its index, with 4096 to a folder", () => {
  expect(weightsPath(0)).toBe("weights/shard-00000.safetensors");
  expect(weightsPath(4095)).toBe("weights/shard-04095.safetensors");
  expect(weightsPath(4096)).toBe("weights/0001/shard-04096.safetensors");
  expect(metricsPath(99_999)).toBe("metrics/0024/shard-99999.parquet");
  expect(arrayPath("mask", 8192)).toBe("mask/0002/shard-08192.safetensors");
});
