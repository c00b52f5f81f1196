// The arena: one block of memory with everything that a group of ZOO_LANES models needs. src/arena.ts lays it
// out and fills it; the two files must agree. Offsets count vectors from the start of the arena, except where
// a name ends in _bytes.
#pragma once
#include <stdint.h>

namespace zoo {

enum LayerType : int32_t { CONVOLUTION = 0, MAX_POOL = 1, AVERAGE_POOL = 2, ACTIVATION = 3, DROPOUT = 4 };
enum ActivationKind : int32_t { TANH = 0, RELU = 1, LEAKY_RELU = 2, SIGMOID = 3, SILU = 4, GELU = 5 };
enum OptimizerKind : int32_t { SGD = 0, ADAM = 1, ADAMW = 2 };

struct Layer {
  int32_t type;
  int32_t ci, h, wi;         // input [ci][h][wi], padding excluded
  int32_t co, ho, wo;        // output [co][ho][wo]
  int32_t k, stride, padding;
  int32_t weight, bias;      // index into [D]; convolution only
  int32_t in, out;           // buffers
  int32_t grad_in, grad_out; // buffers; grad_in = -1: not needed
  int32_t aux;               // convolution with padding: padded input; max pool: winners; dropout: factors
  int32_t padded_grad;       // convolution with padding: gradient of the padded input
  int32_t kind;              // activation
  int32_t forward_channels, forward_width, input_channels, input_width, edge_channels, weight_channels, weight_width;
  int32_t unused[6];
};
static_assert(sizeof(Layer) == 32 * 4, "src/arena.ts writes 32 words per layer");

struct Program {
  int32_t layers, batch, weights_per_model, channels, pixels, classes, optimizer, dropout;
  int32_t weights, grads, first_moment, second_moment;          // [D]
  int32_t input, logits, logits_grad;
  int32_t learning_rate;                                        // double [LANES] (two vectors)
  int32_t loss;                                                 // double [LANES]: sum over samples
  int32_t correct;                                              // int32 [LANES]
  int32_t weight_decay, momentum, keep_factor;                  // keep_factor = 1 - lr * weight_decay (AdamW)
  int32_t drop_below, drop_scale;                               // uint32: dropped when the random word is below
  int32_t key0, key1;                                           // the seed's two words
  int32_t powers_bytes;                                         // double [2]: beta1^t, beta2^t
  int32_t affine_bytes;                                         // float [2][channels]: scale, shift
  int32_t layers_bytes;                                         // Layer [layers]
  int32_t unused[4];
};
static_assert(sizeof(Program) == 32 * 4, "src/arena.ts writes 32 words");

}  // namespace zoo
