// Forward and backward passes of one image through a Program, and the loss. See program.h for the arena.
#pragma once
#include "convolution.h"
#include "layers.h"

namespace zoo {

constexpr uint32_t DROPOUT_STREAM = 3u << 16;  // src/contract/streams.ts

struct Arena {
  char* start;
  const Program& program;

  explicit Arena(char* at) : start(at), program(*(const Program*)at) {}
  V* at(int32_t offset) const { return (V*)start + offset; }
  Layer* layers() const { return (Layer*)(start + program.layers_bytes); }
  const float* affine() const { return (const float*)(start + program.affine_bytes); }
};

static int volume_out(const Layer& l) { return l.co * l.ho * l.wo; }

static Convolution geometry(const Layer& l) {
  return {l.ci, l.h + 2 * l.padding, l.wi + 2 * l.padding, l.co, l.ho, l.wo, l.k, l.stride};
}

static void pad(const Layer& l, const V* in, V* padded) {
  const int p = l.padding, h = l.h + 2 * p, w = l.wi + 2 * p;
  clear(padded, l.ci * h * w);
  for (int row = 0; row < l.ci * l.h; row++) {
    const int c = row / l.h, y = row % l.h;
    for (int x = 0; x < l.wi; x++) padded[(c * h + y + p) * w + x + p] = in[row * l.wi + x];
  }
}

static void crop(const Layer& l, const V* padded, V* out) {
  const int p = l.padding, h = l.h + 2 * p, w = l.wi + 2 * p;
  for (int row = 0; row < l.ci * l.h; row++) {
    const int c = row / l.h, y = row % l.h;
    for (int x = 0; x < l.wi; x++) out[row * l.wi + x] = padded[(c * h + y + p) * w + x + p];
  }
}

template <int KIND>
struct Kind {
  static constexpr int value = KIND;
};

/** Calls run with the layer's kind as a constant. */
template <typename Run>
static void with_kind(const Layer& l, const Run& run) {
  switch (l.kind) {
    case TANH: return run(Kind<TANH>());
    case RELU: return run(Kind<RELU>());
    case LEAKY_RELU: return run(Kind<LEAKY_RELU>());
    case SIGMOID: return run(Kind<SIGMOID>());
    case SILU: return run(Kind<SILU>());
    case GELU: return run(Kind<GELU>());
    case ELU: return run(Kind<ELU>());
    default: return run(Kind<NONE>());
  }
}

static void forward(const Arena& a, bool training, uint32_t sample, uint32_t epoch) {
  const Program& p = a.program;
  const V* weights = a.at(p.weights);
  for (int i = 0; i < p.layers; i++) {
    const Layer& l = a.layers()[i];
    const V* in = a.at(l.in);
    V* out = a.at(l.out);
    switch (l.type) {
      case CONVOLUTION:
        if (l.padding) pad(l, in, a.at(l.aux));
        convolution_forward(l.padding ? a.at(l.aux) : in, weights + l.weight, weights + l.bias, out, geometry(l),
                            {l.forward_channels, l.forward_width});
        break;
      case MAX_POOL:
        if (l.k == 2 && l.stride == 2) max_pool_forward<2>(l, in, out, (I*)a.at(l.aux));
        else max_pool_forward<0>(l, in, out, (I*)a.at(l.aux));
        break;
      case AVERAGE_POOL: average_pool_forward(l, in, out); break;
      case ACTIVATION:
        with_kind(l, [&](auto kind) { activation_forward<kind.value>(in, out, volume_out(l)); });
        break;
      case DROPOUT: {
        const int n = volume_out(l);
        V* factor = a.at(l.aux);
        if (training) {
          dropout_factors(factor, n, sample, epoch, DROPOUT_STREAM + (uint32_t)l.kind, *(U*)a.at(p.key0),
                          *(U*)a.at(p.key1), *(U*)a.at(p.drop_below), *a.at(p.drop_scale));
          for (int j = 0; j < n; j++) out[j] = in[j] * factor[j];
        } else {
          for (int j = 0; j < n; j++) out[j] = in[j];
        }
      }
    }
  }
}

static void backward(const Arena& a) {
  const Program& p = a.program;
  const V* weights = a.at(p.weights);
  V* grads = a.at(p.grads);
  for (int i = p.layers - 1; i >= 0; i--) {
    const Layer& l = a.layers()[i];
    const V* grad_out = a.at(l.grad_out);
    if (l.type == CONVOLUTION) {
      const Convolution c = geometry(l);
      if (p.grads >= 0) {
        convolution_weight_gradient(a.at(l.padding ? l.aux : l.in), grad_out, grads + l.weight, grads + l.bias, c,
                                    {l.weight_channels, l.weight_width});
      }
      if (l.grad_in < 0) continue;
      V* target = a.at(l.padding ? l.padded_grad : l.grad_in);
      convolution_input_gradient(grad_out, weights + l.weight, target, c, {l.input_channels, l.input_width},
                                 l.edge_channels, false);
      if (l.padding) crop(l, target, a.at(l.grad_in));
      continue;
    }
    if (l.grad_in < 0) continue;
    V* grad_in = a.at(l.grad_in);
    switch (l.type) {
      case MAX_POOL:
        if (l.k == 2 && l.stride == 2) max_pool_backward<2>(l, (const I*)a.at(l.aux), grad_out, grad_in);
        else max_pool_backward<0>(l, (const I*)a.at(l.aux), grad_out, grad_in);
        break;
      case AVERAGE_POOL: average_pool_backward(l, grad_out, grad_in); break;
      case ACTIVATION:
        with_kind(l, [&](auto kind) { activation_backward<kind.value>(a.at(l.in), a.at(l.out), grad_out, grad_in, volume_out(l)); });
        break;
      case DROPOUT: {
        const V* factor = a.at(l.aux);
        for (int j = 0; j < volume_out(l); j++) grad_in[j] = grad_out[j] * factor[j];
      }
    }
  }
}

struct Softmax {
  V top, target, sum;  // the largest logit, the label's, and the sum of exp(z[j] - top)
  I winner;
};

/** exponentials[j] = exp(z[j] - top). */
static Softmax softmax(const V* z, V* exponentials, int classes, I label) {
  V top = z[0], target = z[0];
  I winner = splat_i(0);
  for (int j = 1; j < classes; j++) {
    const I better = z[j] > top;
    top = pick(better, z[j], top);
    winner = pick(better, splat_i(j), winner);
    target = pick(label == splat_i(j), z[j], target);
  }
  V sum = splat(0.0f);
  for (int j = 0; j < classes; j++) {
    exponentials[j] = exp(z[j] - top);
    sum += exponentials[j];
  }
  return {top, target, sum, winner};
}

/** Softmax cross-entropy of one sample, added to the sums; the gradient of the mean over `batch` samples, unless it is 0, goes to g. */
static void loss_and_gradient(const Arena& a, I label, int batch, V* g) {
  const Program& p = a.program;
  const Softmax s = softmax(a.at(p.logits), g, p.classes, label);
  const V loss = log(s.sum) - (s.target - s.top);
  if (batch) {
    const V share = splat(1.0f / (float)batch);
    for (int j = 0; j < p.classes; j++) {
      g[j] = (g[j] / s.sum - pick(label == splat_i(j), splat(1.0f), splat(0.0f))) * share;
    }
  }
  double* total = (double*)a.at(p.loss);
  int32_t* correct = (int32_t*)a.at(p.correct);
  for (int lane = 0; lane < LANES; lane++) {
    total[lane] += (double)loss[lane];
    correct[lane] += s.winner[lane] == label[lane];
  }
}

}  // namespace zoo
