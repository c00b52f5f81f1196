/** scale and shift are what PyTorch calls weight and bias of a batch normalisation. */
export type TensorRole = "weight" | "bias" | "scale" | "shift";

/** Where tensors and buffers lie in the vectors [D] and [B] of a model; elements. */
export interface StatedLayout {
  D: number;
  tensors: { name: string; shape: number[]; offset: number; role: TensorRole }[];
  buffers: { name: string; shape: number[]; offset: number }[];
}

/**
 * The longest `layoutText` of a network, 256 KiB. With its quotes escaped, and beside as many stored epochs as a zoo may
 * have, it still fits the header of a shard.
 */
export const MAX_LAYOUT_BYTES = 2 ** 18;

/** Keys in the order of the specification, whatever the order in the file. */
export function canonicalLayout({ D, tensors, buffers }: StatedLayout): StatedLayout {
  return {
    D,
    tensors: tensors.map(({ name, shape, offset, role }) => ({ name, shape, offset, role })),
    buffers: buffers.map(({ name, shape, offset }) => ({ name, shape, offset })),
  };
}

/** The layout in the one text that headers of shards hold: ASCII, where it follows from an architecture. */
export function layoutText(layout: StatedLayout): string {
  return JSON.stringify(canonicalLayout(layout));
}
