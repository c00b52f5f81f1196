// Trains and asks: what engine.h promises.
#include "engine.h"

#include "optimizer.h"
#include "passes.h"
#include "questions.h"
#include "staging.h"

using namespace zoo;

namespace {

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
  power[0] *= BETA1;
  power[1] *= BETA2;
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
    loss_and_gradient(a, splat_i(labels[indices[i]]), 0, a.at(p.logits_grad));
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
      loss_and_gradient(a, label, batch, a.at(p.logits_grad));
      backward(a);
    }
    optimizer_step(a);
  }
}

void zoo_ask(char* at, int count) {
  const Arena a(at);
  for (int i = 0; i < count; i++) ask(a, i);
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
