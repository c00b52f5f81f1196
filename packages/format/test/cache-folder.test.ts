import { expect, test } from "vitest";
import { cacheFolder } from "../src/node/cache-folder.ts";

test("the cache is below XDG_CACHE_HOME, or below HOME when that is unset or relative", () => {
  expect(cacheFolder({ XDG_CACHE_HOME: "/c", HOME: "/h" })).toBe("/c/model-zoo");
  expect(cacheFolder({ HOME: "/h" })).toBe("/h/.cache/model-zoo");
  expect(cacheFolder({ XDG_CACHE_HOME: "c", HOME: "/h" })).toBe("/h/.cache/model-zoo");
});
