import { join } from "node:path";
import { namesIn } from "../node/durable.ts";
import { type ClaimantState, type ClaimTiming, claimTiming, stateOf } from "./claim.ts";
import { OwnFile, sight } from "./claim-file.ts";
import { claimsFolder, numberOf, shardOf } from "./partial-paths.ts";

/** Who works on a shard, for a person to read. */
export interface ClaimReport {
  index: number;
  /** null where the file is torn. */
  owner: { host: string; pid: number } | null;
  /** `unknown` where nothing may be written: then there is nothing to hold the claim's date against. */
  state: ClaimantState | "unknown";
}

/** The claims on a zoo's shards, by index. Leaves everything as it is. Throws ZooError `io`. */
export async function readClaims(zooDir: string, timing: ClaimTiming = claimTiming): Promise<ClaimReport[]> {
  const folder = claimsFolder(zooDir);
  const latest = new Map<number, string>();
  for (const name of await namesIn(folder)) {
    const index = shardOf(name);
    if (index !== null && numberOf(name) >= numberOf(latest.get(index) ?? "")) latest.set(index, name);
  }
  const present = latest.size === 0 ? null : await serverTime(folder);
  const reports: ClaimReport[] = [];
  for (const [index, name] of latest) {
    const seen = await sight(join(folder, name));
    if (seen === null) continue; // given back just now
    const { claimant } = seen;
    // Without the present, as if written just now: then only a certain end can be told.
    const state = stateOf(seen, present ?? seen.mtimeNs, timing);
    reports.push({
      index,
      owner: claimant === null ? null : { host: claimant.host, pid: claimant.pid },
      state: present === null && state === "alive" ? "unknown" : state,
    });
  }
  return reports.sort((a, b) => a.index - b.index);
}

async function serverTime(folder: string): Promise<bigint | null> {
  try {
    const probe = await OwnFile.create(folder);
    const { mtimeNs } = await probe.stat();
    await probe.discard();
    return mtimeNs;
  } catch {
    return null;
  }
}
