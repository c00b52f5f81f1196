import { ZooError } from "@zoo/format";

/** Packages that only some commands need, and that are large: installed by who wants them. */
const peers: Record<Peer, string> = {
  "@duckdb/node-api": "1.5.6-r.1",
  "danfojs-node": "1.2.0",
};

export type Peer = "@duckdb/node-api" | "danfojs-node";

/** Loads an optional package. Throws ZooError `engine-unavailable`, which names what to install, where it is missing. */
export async function loadPeer(name: Peer, wantedBy: string): Promise<unknown> {
  try {
    return await import(name);
  } catch (e) {
    const code = (e as NodeJS.ErrnoException).code;
    if (code !== "ERR_MODULE_NOT_FOUND" && code !== "MODULE_NOT_FOUND") throw e;
    const reason = `${wantedBy} needs ${name}, which is not installed`;
    throw new ZooError(
      "engine-unavailable",
      `${reason}; install it: npm install ${name}@${peers[name]}`,
      { engine: name, reason },
      { cause: e },
    );
  }
}
