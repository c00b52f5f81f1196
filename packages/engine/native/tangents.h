// Derivatives along a direction in weight space: of the forward pass, and of the backward pass, which gives the Hessian times
// the direction (Pearlmutter 1994). A tangent has the shape of its value. Each sum goes over the terms with the direction's
// own factor first; a term whose factor is zero, because no weights come before, is left out.
#pragma once
#include "passes.h"

namespace zoo {

/** Tangents of all buffers, after forward(). */
static void forward_tangents(const Arena& a) {
  const Program& p = a.program;
  const V *weights = a.at(p.weights), *direction = a.at(p.direction);
  for (int i = 0; i < p.layers; i++) {
    const Layer& l = a.layers()[i];
    if (l.t_out < 0) continue;
    const V* t_in = l.t_in < 0 ? nullptr : a.at(l.t_in);
    V* t_out = a.at(l.t_out);
    switch (l.type) {
      case CONVOLUTION: {
        const Tile tile = {l.forward_channels, l.forward_width};
        convolution_forward(a.at(l.padding ? l.aux : l.in), direction + l.weight, direction + l.bias, t_out, geometry(l), tile);
        if (!t_in) break;
        if (l.padding) pad(l, t_in, a.at(l.t_aux));
        convolution_forward(l.padding ? a.at(l.t_aux) : t_in, weights + l.weight, nullptr, t_out, geometry(l), tile);
        break;
      }
      case MAX_POOL: max_pool_tangent(l, (const I*)a.at(l.aux), t_in, t_out); break;
      case AVERAGE_POOL: average_pool_forward(l, t_in, t_out); break;
      case ACTIVATION:
        with_kind(l, [&](auto kind) { activation_tangent<kind.value>(a.at(l.in), a.at(l.out), t_in, t_out, volume_out(l)); });
    }
  }
}

/** Softmax cross-entropy of one sample: the derivative of its gradient along the direction goes to t_logits_grad. */
static void loss_tangent(const Arena& a, I label, int batch) {
  const Program& p = a.program;
  const V* t = a.at(p.t_logits);
  V* g = a.at(p.t_logits_grad);
  const Softmax s = softmax(a.at(p.logits), g, p.classes, label);
  V mean = splat(0.0f);
  for (int j = 0; j < p.classes; j++) {
    g[j] /= s.sum;
    mean = madd(g[j], t[j], mean);
  }
  const V share = splat(1.0f / (float)batch);
  for (int j = 0; j < p.classes; j++) g[j] = g[j] * (t[j] - mean) * share;
}

/** Adds the derivative of the sample's weight gradient to direction_grads; the gradients themselves are computed on the way. */
static void backward_tangents(const Arena& a) {
  const Program& p = a.program;
  const V *weights = a.at(p.weights), *direction = a.at(p.direction);
  V* grads = a.at(p.direction_grads);
  for (int i = p.layers - 1; i >= 0; i--) {
    const Layer& l = a.layers()[i];
    if (l.t_grad_out < 0) continue;
    const V *grad_out = a.at(l.grad_out), *t_grad_out = a.at(l.t_grad_out);
    if (l.type == CONVOLUTION) {
      const Convolution c = geometry(l);
      const Tile tile = {l.weight_channels, l.weight_width}, interior = {l.input_channels, l.input_width};
      convolution_weight_gradient(a.at(l.padding ? l.aux : l.in), t_grad_out, grads + l.weight, grads + l.bias, c, tile);
      if (l.t_in < 0) continue;
      convolution_weight_gradient(a.at(l.padding ? l.t_aux : l.t_in), grad_out, grads + l.weight, nullptr, c, tile);
      V* target = a.at(l.padding ? l.padded_grad : l.grad_in);
      convolution_input_gradient(grad_out, weights + l.weight, target, c, interior, l.edge_channels, false);
      if (l.padding) crop(l, target, a.at(l.grad_in));
      V* t_target = a.at(l.padding ? l.padded_grad : l.t_grad_in);
      convolution_input_gradient(grad_out, direction + l.weight, t_target, c, interior, l.edge_channels, false);
      convolution_input_gradient(t_grad_out, weights + l.weight, t_target, c, interior, l.edge_channels, true);
      if (l.padding) crop(l, t_target, a.at(l.t_grad_in));
      continue;
    }
    V *grad_in = a.at(l.grad_in), *t_grad_in = a.at(l.t_grad_in);
    switch (l.type) {
      case MAX_POOL:
        for (int tangent = 0; tangent < 2; tangent++) {
          const V* from = tangent ? t_grad_out : grad_out;
          V* to = tangent ? t_grad_in : grad_in;
          if (l.k == 2 && l.stride == 2) max_pool_backward<2>(l, (const I*)a.at(l.aux), from, to);
          else max_pool_backward<0>(l, (const I*)a.at(l.aux), from, to);
        }
        break;
      case AVERAGE_POOL:
        average_pool_backward(l, grad_out, grad_in);
        average_pool_backward(l, t_grad_out, t_grad_in);
        break;
      case ACTIVATION:
        with_kind(l, [&](auto kind) {
          activation_backward_tangent<kind.value>(a.at(l.in), a.at(l.out), a.at(l.t_in), grad_out, t_grad_out, grad_in, t_grad_in, volume_out(l));
        });
    }
  }
}

}  // namespace zoo
