import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/**
 * The Chromium that the tests of pages use: `ZOO_CHROMIUM`, or one on the PATH. Without one they skip, with the reason printed,
 * unless ZOO_REQUIRE has `browser`.
 */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | null {
  const folders = (env["PATH"] ?? "").split(delimiter);
  const found = env["ZOO_CHROMIUM"] ?? names.flatMap((name) => folders.map((dir) => join(dir, name))).find(existsSync);
  if (found !== undefined && existsSync(found)) return found;
  const reason =
    found === undefined
      ? `no Chromium: none of ${names.join(", ")} is on the PATH, and ZOO_CHROMIUM names none`
      : `no Chromium: ZOO_CHROMIUM is ${found}, which is not there`;
  if ((env["ZOO_REQUIRE"] ?? "").split(",").includes("browser"))
    throw new Error(`${reason}, but ZOO_REQUIRE has browser`);
  console.warn(`${reason}; tests of the page skip`);
  return null;
}
