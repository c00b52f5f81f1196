// Optimiser steps as PyTorch defines them: SGD with momentum, Adam with coupled weight decay, AdamW.
#pragma once
#include "lanes.h"

namespace zoo {

// src/numerics/adam.ts repeats them. Rounded where they are used: powers go on in double, moments in float.
constexpr double BETA1 = 0.9, BETA2 = 0.999, EPSILON = 1e-8;

static void sgd_step(V* w, const V* grads, V* velocity, int n, V rate, V decay, V momentum) {
  for (int i = 0; i < n; i++) {
    velocity[i] = madd(momentum, velocity[i], madd(decay, w[i], grads[i]));
    w[i] = madd(-rate, velocity[i], w[i]);
  }
}

/** step = lr / (1 - beta1^t); scale = 1 / sqrt(1 - beta2^t); keep = 1 - lr * decay for AdamW, else 1. */
static void adam_step(V* w, const V* grads, V* first, V* second, int n, V step, V scale, V decay, V keep) {
  for (int i = 0; i < n; i++) {
    const V kept = w[i] * keep;
    const V g = madd(decay, kept, grads[i]);
    first[i] = madd(g - first[i], splat((float)(1 - BETA1)), first[i]);
    second[i] = madd(g * splat((float)(1 - BETA2)), g, second[i] * splat((float)BETA2));
    w[i] = madd(-step, first[i] / madd(sqrt(second[i]), scale, splat((float)EPSILON)), kept);
  }
}

}  // namespace zoo
