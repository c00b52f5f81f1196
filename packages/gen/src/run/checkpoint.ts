/** The engine's state of one group of a shard's models, consecutive rows of the shard. */
export interface GroupState {
  models: number;
  state: Uint8Array;
}

/** All that the next epoch of a shard depends on. */
export interface ShardState {
  /** How the rows are grouped: another number of workers or another engine goes on with the same groups. */
  groups: GroupState[];
  /** [M]: 1 where a weight or a loss was not finite at this epoch or before. */
  diverged: Uint8Array;
}

/** As bytes: little-endian uint32 n, then n pairs [models, bytes] of uint32, the M flags, the n states. */
export function packCheckpoint({ groups, diverged }: ShardState): Uint8Array {
  const head = [groups.length, ...groups.flatMap(({ models, state }) => [models, state.length])];
  const parts = [new Uint8Array(4 * head.length), diverged, ...groups.map(({ state }) => state)];
  const packed = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    packed.set(part, offset);
    offset += part.length;
  }
  const view = new DataView(packed.buffer);
  for (const [i, word] of head.entries()) view.setUint32(4 * i, word, true);
  return packed;
}

/** Undoes `packCheckpoint`. The bytes come from a verified checkpoint of ours, so a contradiction is a bug: RangeError. */
export function unpackCheckpoint(packed: Uint8Array, models: number): ShardState {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const n = view.getUint32(0, true);
  const diverged = packed.slice(4 + 8 * n, 4 + 8 * n + models);
  let offset = 4 + 8 * n + models;
  const groups = Array.from({ length: n }, (_, i): GroupState => {
    const begin = offset;
    offset += view.getUint32(8 + 8 * i, true);
    return { models: view.getUint32(4 + 8 * i, true), state: packed.slice(begin, offset) };
  });
  const found = groups.reduce((sum, group) => sum + group.models, 0);
  if (offset !== packed.length || found !== models) {
    throw new RangeError(`internal: a checkpoint of ${found} models in ${packed.length} bytes, for ${models} models`);
  }
  return { groups, diverged };
}
