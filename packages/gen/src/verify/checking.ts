import { bytes, leftOfFraction, ProgressLine, percent, plural, printable } from "@zoo/cli";
import { ZooError, type ZooFault } from "@zoo/format";
import type { World } from "../cli/world.ts";
import { inspectFolder } from "../run/folder.ts";
import { allFaults } from "./all-faults.ts";

/** Without a terminal, how often the progress is a line of the log. */
export const LOG_MS = 60_000;

/** Checks a finished zoo and shows how far it is. Throws ZooError `zoo-incomplete` where there is none. */
export async function showingProgress(
  dir: string,
  signal: AbortSignal,
  world: World,
): Promise<{ faults: ZooFault[]; bytesRead: number }> {
  if (inspectFolder(dir).kind !== "finished") {
    throw new ZooError("zoo-incomplete", `${dir}: no finished zoo here; see zoo-gen status ${dir}`, { path: dir });
  }
  const started = world.now();
  let [bytesRead, share] = [0, 0];
  const progress = new ProgressLine(
    world,
    () => {
      const left = leftOfFraction(share, (world.now() - started) / 1000);
      return `${bytes(bytesRead)} read and checked, ${percent(share)}${left === "" ? "" : `, ${left}`}`;
    },
    LOG_MS,
  );
  try {
    const faults = await allFaults(dir, {
      signal,
      onProgress: (done, total) => {
        bytesRead = done;
        share = done / total;
      },
    });
    return { faults, bytesRead };
  } finally {
    progress.close();
  }
}

/** A line for each fault on stderr, and one that counts them. */
export function sayFaults(dir: string, faults: readonly ZooFault[], world: World): void {
  for (const { path, rule } of faults) world.stderr.write(`${printable(`${dir}/${path}: ${rule}`)}\n`);
  const files = new Set(faults.map(({ path }) => path));
  world.stderr.write(
    `zoo-gen: ${printable(dir)}: ${plural(faults.length, "fault")} in ${[...files].slice(0, 3).map(printable).join(", ")}` +
      `${files.size > 3 ? ` and ${plural(files.size - 3, "other file")}` : ""}\n`,
  );
}
