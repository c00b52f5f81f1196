import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { linkFile, makeFolder, namesIn } from "../node/durable.ts";
import { ownerIsGone } from "../node/liveness.ts";
import { OwnFile, type Sighting, sight } from "./claim-file.ts";
import { claimPath, claimsFolder, numberOf, shardOf } from "./partial-paths.ts";

/**
 * The right to work on a shard. Claims only keep writers from doing the same work twice: commit records decide what is
 * published, so a claim that two processes think they hold costs time and nothing else.
 *
 * A claim is a file that is created exclusively and written again and again by its owner. Nobody's clock is read: the
 * file server dates that file and the one that a taker writes beside it, and the difference is the claim's age.
 */
export interface Claim {
  readonly index: number;
  /** Somebody else took the shard over, because this process did not show itself for too long. Stop working on it. */
  readonly lost: boolean;
  /** Lets others have the shard. May be called again. */
  release(): Promise<void>;
}

export interface ClaimTiming {
  /** Between two heartbeats. */
  intervalMs: number;
  /** A claim whose last heartbeat is older than this may be taken over. */
  staleMs: number;
}

/**
 * Twelve heartbeats in a row must fail before a living owner is passed over: file servers restart in less, and training
 * blocks the timer for fractions of a second. When a host vanishes, its shards wait for a minute; when a process of
 * the same machine dies, they wait for nothing.
 */
export const claimTiming: ClaimTiming = { intervalMs: 5_000, staleMs: 60_000 };

/**
 * Claims shard `index` for this process; null while somebody else who may live holds it, or tries at the same moment.
 * Throws ZooError `io` where the folder cannot be written to.
 *
 * A claim that may be taken over is followed by one with the next number, which one of many creates; renaming or
 * removing the old one first would let a slow taker remove the claim of a faster one. Numbers begin again when all
 * claims are given back, so that two can be created under different ones: who then sees another that lives gives way.
 */
export async function claimShard(
  zooDir: string,
  index: number,
  timing: ClaimTiming = claimTiming,
): Promise<Claim | null> {
  const folder = claimsFolder(zooDir);
  await makeFolder(folder);
  const own = await OwnFile.create(folder);
  let claim: HeldClaim | null = null;
  try {
    const former = await sightClaims(zooDir, index);
    await own.beat(); // which dates it with the server's present
    const { mtimeNs, ino } = await own.stat();
    const alive = ({ seen }: FoundClaim): boolean => stateOf(seen, mtimeNs, timing) === "alive";
    if (former.some(alive)) return null;
    const path = claimPath(zooDir, index, Math.max(-1, ...former.map(({ number }) => number)) + 1);
    if (!(await linkFile(own.temporary, path))) return null;
    const others = (await sightClaims(zooDir, index)).filter((found) => found.path !== path);
    if (others.some(alive)) {
      await rm(path, { force: true });
      return null;
    }
    for (const other of others) await rm(other.path, { force: true }); // which tells its owner, should it live
    claim = new HeldClaim(index, path, own, ino, timing);
    return claim;
  } finally {
    await rm(own.temporary, { force: true });
    if (claim === null) await own.close();
  }
}

interface FoundClaim {
  path: string;
  number: number;
  seen: Sighting;
}

async function sightClaims(zooDir: string, index: number): Promise<FoundClaim[]> {
  const folder = claimsFolder(zooDir);
  const found: FoundClaim[] = [];
  for (const name of await namesIn(folder)) {
    if (shardOf(name) !== index) continue;
    const path = join(folder, name);
    const seen = await sight(path);
    if (seen !== null) found.push({ path, number: numberOf(name), seen });
  }
  return found;
}

/** `gone`: certainly ended. `stale`: no sign of life for too long. Both may be taken over. */
export type ClaimantState = "alive" | "stale" | "gone";

/** What a claim's file says at the file server's time `nowNs`. A torn one has its age alone. */
export function stateOf({ claimant, mtimeNs }: Sighting, nowNs: bigint, { staleMs }: ClaimTiming): ClaimantState {
  if (claimant !== null && ownerIsGone(claimant)) return "gone";
  const ageNs = nowNs - mtimeNs;
  const mostNs = BigInt(staleMs) * 1_000_000n;
  // Dated in the future: the server's clock was set back, and a living owner would have dated it anew since.
  return ageNs > mostNs || ageNs < -mostNs ? "stale" : "alive";
}

class HeldClaim implements Claim {
  readonly index: number;
  readonly #path: string;
  readonly #own: OwnFile;
  readonly #ino: bigint;
  readonly #intervalMs: number;
  #timer: NodeJS.Timeout | null = null;
  #beating: Promise<void> = Promise.resolve();
  #lost = false;
  #released = false;

  constructor(index: number, path: string, own: OwnFile, ino: bigint, { intervalMs }: ClaimTiming) {
    this.index = index;
    this.#path = path;
    this.#own = own;
    this.#ino = ino;
    this.#intervalMs = intervalMs;
    this.#schedule();
  }

  get lost(): boolean {
    return this.#lost;
  }

  async release(): Promise<void> {
    if (this.#released) return;
    this.#released = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#beating;
    if (await this.#isMine()) await rm(this.#path, { force: true });
    await this.#own.close();
  }

  #schedule(): void {
    if (this.#released || this.#lost) return;
    this.#timer = setTimeout(() => {
      this.#beating = this.#beat().finally(() => this.#schedule());
    }, this.#intervalMs);
    this.#timer.unref();
  }

  async #beat(): Promise<void> {
    // A full disk or a server that is away: others see the claim grow old, and this process learns it when it is back.
    await this.#own.beat().catch(() => {});
    if (!(await this.#isMine())) this.#lost = true;
  }

  async #isMine(): Promise<boolean> {
    try {
      return (await stat(this.#path, { bigint: true })).ino === this.#ino;
    } catch (e) {
      return (e as NodeJS.ErrnoException).code !== "ENOENT";
    }
  }
}
