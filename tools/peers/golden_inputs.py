"""Inputs that Python and TypeScript rebuild identically from integers: images, labels, weights, probe vectors.

Nothing here is random or stored: every value is a hash of (stream, index) put into range. The TypeScript twin is
`packages/engine/test/golden-inputs.ts`; both check the known answers listed in that folder's `fixtures/README.md`.
"""

import numpy as np

STREAM_IMAGES, STREAM_LABELS, STREAM_PROBES, STREAM_ELEMENTS = 1, 2, 3, 4
STREAM_VECTORS, STREAM_COTANGENTS = 5, 6
STREAM_NUDGES = 10  # plus a pattern; only the generator uses them
STREAM_WEIGHTS, STREAMS_PER_SEED = 100, 100  # weights of seed s, tensor t: stream 100 + 100 s + t

SAMPLES, BATCH = 23, 10  # batches of 10, 10 and 3, in this order, again and again
PROBES, ELEMENTS = 8, 4
BIAS = 0.01

# Per channel: about 1 / (255 * 0.5) and -0.5 / 0.5, yet distinct, so that a channel mixed up shows.
SCALE = np.array([0.0078, 0.0071, 0.0083], np.float32)
SHIFT = np.array([-1.01, -0.87, -1.08], np.float32)

KNOWN_HASHES = {(0, 0): 0xC9CC980C, (1, 0): 0xE32F6940, (100, 7): 0xF34EDB31}


def mix32(x: np.ndarray) -> np.ndarray:
    """A bijection of uint32 (splitmix32, multipliers from the hash-prospector project), in uint64 arrays."""
    x = (x.astype(np.uint64) + 0x9E3779B9) & 0xFFFFFFFF
    x = ((x ^ (x >> 16)) * 0x21F0AAAD) & 0xFFFFFFFF
    x = ((x ^ (x >> 15)) * 0x735A2D97) & 0xFFFFFFFF
    return x ^ (x >> 15)


def hash32(stream: int, count: int) -> np.ndarray:
    """[count] uint64 below 2^32: mix32(mix32(stream) + i mod 2^32) for i = 0..count-1."""
    base = mix32(np.array([stream]))
    return mix32((base + np.arange(count, dtype=np.uint64)) & 0xFFFFFFFF)


def images(shape: tuple[int, int, int]) -> np.ndarray:
    """[N, C, H, W] uint8: the top byte of each hash."""
    c, h, w = shape
    return (hash32(STREAM_IMAGES, SAMPLES * c * h * w) >> 24).astype(np.uint8).reshape(SAMPLES, c, h, w)


def labels(classes: int) -> np.ndarray:
    """[N] int64 below `classes`."""
    return (hash32(STREAM_LABELS, SAMPLES) % classes).astype(np.int64)


def pixels(shape: tuple[int, int, int], dtype: type) -> np.ndarray:
    """[N, C, H, W]: u * scale + shift of the float32 constants; exact in float64, once rounded (an fma) in float32."""
    c = shape[0]
    scale, shift = (a[:c, None, None].astype(np.float64) for a in (SCALE, SHIFT))
    return (images(shape) * scale + shift).astype(dtype)


def weight(seed: int, index: int, shape: tuple[int, ...]) -> np.ndarray:
    """Initial value of tensor number `index` (PyTorch order), float32: biases 0.01, weights within sqrt(3 / fan_in)."""
    if len(shape) == 1:
        return np.full(shape, BIAS, np.float32)
    size = int(np.prod(shape))
    unit = hash32(STREAM_WEIGHTS + STREAMS_PER_SEED * seed + index, size).astype(np.float64) / 2**32 * 2 - 1
    return (unit * np.sqrt(3 / (size // shape[0]))).astype(np.float32).reshape(shape)


def signed(stream: int, size: int) -> np.ndarray:
    """[size] float32 within -1..1: directions in weight space, cotangents of logits."""
    return (hash32(stream, size).astype(np.float64) / 2**32 * 2 - 1).astype(np.float32)


def probes(size: int) -> np.ndarray:
    """[PROBES, size] float64 of +-1: vector k is -1 where bit k of the hash is set."""
    bits = hash32(STREAM_PROBES, size)[None] >> np.arange(PROBES, dtype=np.uint64)[:, None]
    return 1.0 - 2.0 * (bits & 1)


def element_indices(size: int) -> np.ndarray:
    """[ELEMENTS] positions in a tensor of `size` elements."""
    return (hash32(STREAM_ELEMENTS, ELEMENTS) % size).astype(np.int64)


def summarise(tensor: np.ndarray) -> np.ndarray:
    """[1 + PROBES + ELEMENTS] float64: L2 norm, the probes' dot products, single elements.

    For an error vector e the mean of (probe . e)^2 over random signs is |e|^2, so the probes estimate the L2 error of
    a tensor that is not stored, and no error of one element, sign, order or axis passes all of them.
    """
    flat = tensor.astype(np.float64).ravel()
    return np.concatenate([[np.linalg.norm(flat)], probes(flat.size) @ flat, flat[element_indices(flat.size)]])


for (_stream, _index), _known in KNOWN_HASHES.items():
    assert int(hash32(_stream, _index + 1)[_index]) == _known, f"hash32({_stream}, {_index}) must be {_known:#x}"
