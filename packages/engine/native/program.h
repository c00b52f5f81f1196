// The arena: one block of memory with everything that a group of ZOO_LANES models needs. src/kernels/arena.ts lays it
// out and fills it; the two files must agree. Offsets count vectors from the start of the arena, except where
// a name ends in _bytes.
#pragma once
#include <stdint.h>

namespace zoo {

enum LayerType : int32_t { CONVOLUTION = 0, MAX_POOL = 1, AVERAGE_POOL = 2, ACTIVATION = 3, DROPOUT = 4 };
enum ActivationKind : int32_t { TANH = 0, RELU = 1, LEAKY_RELU = 2, SIGMOID = 3, SILU = 4, GELU = 5, ELU = 6, NONE = 7 };
enum OptimizerKind : int32_t { SGD = 0, ADAM = 1, ADAMW = 2 };
enum QuestionKind : int32_t { EVALUATE = 0, OUTPUTS = 1, GRADIENTS = 2, HESSIAN_VECTOR = 3 };

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
  int32_t kind;              // activation: its kind; dropout: index in the architecture, for its random stream
  int32_t forward_channels, forward_width, input_channels, input_width, edge_channels, weight_channels, weight_width;
  int32_t t_in, t_out;       // tangents of in and out; t_in = -1: zero, no weights come before
  int32_t t_grad_in, t_grad_out;
  int32_t t_aux;             // convolution with padding: padded tangent
  int32_t unused;
};
static_assert(sizeof(Layer) == 32 * 4, "src/kernels/arena.ts writes 32 words per layer");

struct Program {
  int32_t layers, batch, weights_per_model, channels, pixels, classes, optimizer, dropout;
  int32_t weights, grads, first_moment, second_moment;          // [D]; grads = -1: not needed
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
  int32_t vectors;                                              // length of the arena

  // A question of a population: what zoo_ask answers.
  int32_t question;                                             // QuestionKind
  int32_t samples;                                              // the mean loss is over this many, asked in pieces
  int32_t capacity;                                             // images of a piece
  int32_t per_model, float_images;                              // 0 or 1
  int32_t images;                                               // uint8 or float [1 or LANES][capacity][channels * pixels]
  int32_t asked_labels;                                         // int32 [capacity]
  int32_t cotangents;                                           // float [LANES][capacity][classes]; -1: gradients of the mean loss
  int32_t answers;                                              // float [LANES][capacity][answer_size]
  int32_t answer, answer_size;                                  // the buffer that goes there; -1: none
  int32_t direction, direction_grads;                           // [D]: the vector, and the Hessian times it
  int32_t t_logits, t_logits_grad;
  int32_t unused[4];
};
static_assert(sizeof(Program) == 48 * 4, "src/kernels/arena.ts writes 48 words");

}  // namespace zoo
