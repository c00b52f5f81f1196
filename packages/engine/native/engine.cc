// Runs a Program over images: forward, backward, optimiser step. See program.h for the arena.
#include "engine.h"

#include "convolution.h"
#include "layers.h"
#include "optimizer.h"
#include "staging.h"

using namespace zoo;

namespace {

constexpr uint32_t DROPOUT_STREAM = 3u << 16;  // src/streams.ts

struct Arena {
  char* start;
  const Program& program;

  explicit Arena(char* at) : start(at), program(*(const Program*)at) {}
  V* at(int32_t offset) const { return (V*)start + offset; }
  Layer* layers() const { return (Layer*)(start + program.layers_bytes); }
  const float* affine() const { return (const float*)(start + program.affine_bytes); }
};

Convolution geometry(const Layer& l) {
  return {l.ci, l.h + 2 * l.padding, l.wi + 2 * l.padding, l.co, l.ho, l.wo, l.k, l.stride};
}

void pad(const Layer& l, const V* in, V* padded) {
  const int p = l.padding, h = l.h + 2 * p, w = l.wi + 2 * p;
  clear(padded, l.ci * h * w);
  for (int row = 0; row < l.ci * l.h; row++) {
    const int c = row / l.h, y = row % l.h;
    for (int x = 0; x < l.wi; x++) padded[(c * h + y + p) * w + x + p] = in[row * l.wi + x];
  }
}

void crop(const Layer& l, const V* padded, V* out) {
  const int p = l.padding, h = l.h + 2 * p, w = l.wi + 2 * p;
  for (int row = 0; row < l.ci * l.h; row++) {
    const int c = row / l.h, y = row % l.h;
    for (int x = 0; x < l.wi; x++) out[row * l.wi + x] = padded[(c * h + y + p) * w + x + p];
  }
}

void activation_forward(const Layer& l, const V* in, V* out) {
  const int n = l.co * l.ho * l.wo;
  switch (l.kind) {
    case TANH: return zoo::activation_forward<TANH>(in, out, n);
    case RELU: return zoo::activation_forward<RELU>(in, out, n);
    case LEAKY_RELU: return zoo::activation_forward<LEAKY_RELU>(in, out, n);
    case SIGMOID: return zoo::activation_forward<SIGMOID>(in, out, n);
    case SILU: return zoo::activation_forward<SILU>(in, out, n);
    default: return zoo::activation_forward<GELU>(in, out, n);
  }
}

void activation_backward(const Layer& l, const V* in, const V* out, const V* grad_out, V* grad_in) {
  const int n = l.co * l.ho * l.wo;
  switch (l.kind) {
    case TANH: return zoo::activation_backward<TANH>(in, out, grad_out, grad_in, n);
    case RELU: return zoo::activation_backward<RELU>(in, out, grad_out, grad_in, n);
    case LEAKY_RELU: return zoo::activation_backward<LEAKY_RELU>(in, out, grad_out, grad_in, n);
    case SIGMOID: return zoo::activation_backward<SIGMOID>(in, out, grad_out, grad_in, n);
    case SILU: return zoo::activation_backward<SILU>(in, out, grad_out, grad_in, n);
    default: return zoo::activation_backward<GELU>(in, out, grad_out, grad_in, n);
  }
}

void forward(const Arena& a, bool training, uint32_t sample, uint32_t epoch) {
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
      case ACTIVATION: activation_forward(l, in, out); break;
      case DROPOUT: {
        const int n = l.co * l.ho * l.wo;
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

void backward(const Arena& a) {
  const Program& p = a.program;
  const V* weights = a.at(p.weights);
  V* grads = a.at(p.grads);
  for (int i = p.layers - 1; i >= 0; i--) {
    const Layer& l = a.layers()[i];
    const V* grad_out = a.at(l.grad_out);
    if (l.type == CONVOLUTION) {
      const Convolution c = geometry(l);
      convolution_weight_gradient(a.at(l.padding ? l.aux : l.in), grad_out, grads + l.weight, grads + l.bias, c,
                                  {l.weight_channels, l.weight_width});
      if (l.grad_in < 0) continue;
      V* target = a.at(l.padding ? l.padded_grad : l.grad_in);
      convolution_input_gradient(grad_out, weights + l.weight, target, c, {l.input_channels, l.input_width},
                                 l.edge_channels);
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
      case ACTIVATION: activation_backward(l, a.at(l.in), a.at(l.out), grad_out, grad_in); break;
      case DROPOUT: {
        const V* factor = a.at(l.aux);
        for (int j = 0; j < l.co * l.ho * l.wo; j++) grad_in[j] = grad_out[j] * factor[j];
      }
    }
  }
}

/** Softmax cross-entropy of one sample; the gradient of the mean over `batch` samples goes to logits_grad. */
void loss_and_gradient(const Arena& a, I label, int batch) {
  const Program& p = a.program;
  const V* z = a.at(p.logits);
  V* g = a.at(p.logits_grad);
  V top = z[0], target = z[0];
  I winner = splat_i(0);
  for (int j = 1; j < p.classes; j++) {
    const I better = z[j] > top;
    top = pick(better, z[j], top);
    winner = pick(better, splat_i(j), winner);
    target = pick(label == splat_i(j), z[j], target);
  }
  V sum = splat(0.0f);
  for (int j = 0; j < p.classes; j++) {
    g[j] = exp(z[j] - top);
    sum += g[j];
  }
  const V loss = log(sum) - (target - top);
  if (batch) {
    const V share = splat(1.0f / (float)batch);
    for (int j = 0; j < p.classes; j++) {
      g[j] = (g[j] / sum - pick(label == splat_i(j), splat(1.0f), splat(0.0f))) * share;
    }
  }
  double* total = (double*)a.at(p.loss);
  int32_t* correct = (int32_t*)a.at(p.correct);
  for (int lane = 0; lane < LANES; lane++) {
    total[lane] += (double)loss[lane];
    correct[lane] += winner[lane] == label[lane];
  }
}

void optimizer_step(const Arena& a) {
  const Program& p = a.program;
  V* weights = a.at(p.weights);
  const V* grads = a.at(p.grads);
  const int n = p.weights_per_model;
  const double* lr = (const double*)a.at(p.learning_rate);
  const V decay = *a.at(p.weight_decay);
  if (p.optimizer == SGD) {
    V rate;
    for (int lane = 0; lane < LANES; lane++) rate[lane] = (float)lr[lane];
    return sgd_step(weights, grads, a.at(p.first_moment), n, rate, decay, *a.at(p.momentum));
  }
  double* power = (double*)(a.start + p.powers_bytes);
  power[0] *= 0.9;
  power[1] *= 0.999;
  V step;
  for (int lane = 0; lane < LANES; lane++) step[lane] = (float)(lr[lane] / (1.0 - power[0]));
  const V scale = splat((float)(1.0 / __builtin_sqrt(1.0 - power[1])));
  const V coupled = p.optimizer == ADAM ? decay : splat(0.0f);
  const V keep = p.optimizer == ADAMW ? *a.at(p.keep_factor) : splat(1.0f);
  adam_step(weights, grads, a.at(p.first_moment), a.at(p.second_moment), n, step, scale, coupled, keep);
}

}  // namespace

int zoo_lanes() { return LANES; }

int zoo_fused() {
  volatile float a = 1.0f + 0x1p-12f;
  const V product = madd(splat(a), splat(a), splat(-(1.0f + 0x1p-11f)));
  return product[0] == 0x1p-24f;
}

void zoo_prepare(char* at) {
  const Arena a(at);
  for (int i = 0; i < a.program.layers; i++) {
    Layer& l = a.layers()[i];
    if (l.type != CONVOLUTION) continue;
    const Convolution c = geometry(l);
    const Tile forward = choose_tile(c.co, c.wo), weight = choose_tile(c.co, c.k);
    const int interior = c.stride == 1 ? c.wo - c.k + 1 : 0;
    const Tile input = choose_tile(c.ci, interior > 0 ? interior : 1);
    l.forward_channels = forward.channels, l.forward_width = forward.width;
    l.weight_channels = weight.channels, l.weight_width = weight.width;
    l.input_channels = input.channels, l.input_width = input.width, l.edge_channels = choose_edge_channels(c);
  }
}

void zoo_evaluate(char* at, const uint8_t* images, const uint8_t* labels, const int32_t* indices, int count) {
  const Arena a(at);
  const Program& p = a.program;
  const int size = p.channels * p.pixels;
  for (int i = 0; i < count; i++) {
    stage_shared(images + (int64_t)indices[i] * size, a.at(p.input), p.channels, p.pixels, a.affine());
    forward(a, false, 0, 0);
    loss_and_gradient(a, splat_i(labels[indices[i]]), 0);
  }
}

void zoo_train(char* at, const uint8_t* images, const uint8_t* labels, const int32_t* order, int first, int count,
               int epoch) {
  const Arena a(at);
  const Program& p = a.program;
  const int size = p.channels * p.pixels;
  for (int done = 0; done < count; done += p.batch) {
    const int batch = smaller(p.batch, count - done);
    clear(a.at(p.grads), p.weights_per_model);
    for (int i = 0; i < batch; i++) {
      const int32_t* index = order + (int64_t)(done + i) * LANES;
      const uint8_t* image[LANES];
      I label;
      for (int lane = 0; lane < LANES; lane++) {
        image[lane] = images + (int64_t)index[lane] * size;
        label[lane] = labels[index[lane]];
      }
      stage_lanes(image, a.at(p.input), p.channels, p.pixels, a.affine());
      forward(a, true, (uint32_t)(first + done + i), (uint32_t)epoch);
      loss_and_gradient(a, label, batch);
      backward(a);
    }
    optimizer_step(a);
  }
}

void zoo_math(int function, const float* in, float* out, int count) {
  for (int i = 0; i < count; i += LANES) {
    V x, y;
    __builtin_memcpy(&x, in + i, sizeof(V));
    switch (function) {
      case 0: y = zoo::exp(x); break;
      case 1: y = zoo::log(x); break;
      case 2: y = zoo::tanh(x); break;
      case 3: y = zoo::erf(x); break;
      default: y = zoo::sigmoid(x);
    }
    __builtin_memcpy(out + i, &y, sizeof(V));
  }
}
