// The layers other than convolution: pooling, activation, dropout. One image; shapes as in program.h.
#pragma once
#include "math.h"
#include "philox.h"
#include "program.h"

namespace zoo {

/** K: the kernel and stride when known to the compiler, else 0. The first of the largest values wins; a NaN wins over numbers (as in PyTorch). winner: ky * K + kx. */
template <int K>
static void max_pool_forward(const Layer& l, const V* in, V* out, I* winner) {
  const int k = K ? K : l.k, stride = K ? K : l.stride;
  for (int c = 0; c < l.ci; c++) {
    for (int y = 0; y < l.ho; y++) {
      for (int x = 0; x < l.wo; x++) {
        const V* corner = in + (c * l.h + y * stride) * l.wi + x * stride;
        V best = corner[0];
        I at = splat_i(0);
        for (int ky = 0; ky < k; ky++) {
          for (int kx = ky ? 0 : 1; kx < k; kx++) {
            const V value = corner[ky * l.wi + kx];
            const I better = (value > best) | (value != value);
            best = pick(better, value, best);
            at = pick(better, splat_i(ky * k + kx), at);
          }
        }
        *out++ = best;
        *winner++ = at;
      }
    }
  }
}

/** The tangent of each window's winner. */
static void max_pool_tangent(const Layer& l, const I* winner, const V* t_in, V* t_out) {
  for (int c = 0; c < l.ci; c++) {
    for (int y = 0; y < l.ho; y++) {
      for (int x = 0; x < l.wo; x++) {
        const V* corner = t_in + (c * l.h + y * l.stride) * l.wi + x * l.stride;
        const I at = *winner++;
        V t = corner[0];
        for (int ky = 0; ky < l.k; ky++) {
          for (int kx = ky ? 0 : 1; kx < l.k; kx++) t = pick(at == splat_i(ky * l.k + kx), corner[ky * l.wi + kx], t);
        }
        *t_out++ = t;
      }
    }
  }
}

ZOO_INLINE void clear(V* p, int n) {
  for (int i = 0; i < n; i++) p[i] = splat(0.0f);
}

template <int K>
static void max_pool_backward(const Layer& l, const I* winner, const V* grad_out, V* grad_in) {
  const int k = K ? K : l.k, stride = K ? K : l.stride;
  const bool overlapping = stride < k;
  const bool covering = stride == k && l.ho * k == l.h && l.wo * k == l.wi;
  if (!covering) clear(grad_in, l.ci * l.h * l.wi);
  for (int c = 0; c < l.ci; c++) {
    for (int y = 0; y < l.ho; y++) {
      for (int x = 0; x < l.wo; x++) {
        V* corner = grad_in + (c * l.h + y * stride) * l.wi + x * stride;
        const V g = *grad_out++;
        const I at = *winner++;
        for (int ky = 0; ky < k; ky++) {
          for (int kx = 0; kx < k; kx++) {
            V* target = corner + ky * l.wi + kx;
            const I won = at == splat_i(ky * k + kx);
            if (overlapping) {
              *target = pick(won, *target + g, *target);
            } else {
              *target = pick(won, g, splat(0.0f));
            }
          }
        }
      }
    }
  }
}

static void average_pool_forward(const Layer& l, const V* in, V* out) {
  const V count = splat((float)(l.k * l.k));
  for (int c = 0; c < l.ci; c++) {
    for (int y = 0; y < l.ho; y++) {
      for (int x = 0; x < l.wo; x++) {
        const V* corner = in + (c * l.h + y * l.stride) * l.wi + x * l.stride;
        V sum = splat(0.0f);
        for (int ky = 0; ky < l.k; ky++) {
          for (int kx = 0; kx < l.k; kx++) sum += corner[ky * l.wi + kx];
        }
        *out++ = sum / count;
      }
    }
  }
}

static void average_pool_backward(const Layer& l, const V* grad_out, V* grad_in) {
  const V count = splat((float)(l.k * l.k));
  clear(grad_in, l.ci * l.h * l.wi);
  for (int c = 0; c < l.ci; c++) {
    for (int y = 0; y < l.ho; y++) {
      for (int x = 0; x < l.wo; x++) {
        V* corner = grad_in + (c * l.h + y * l.stride) * l.wi + x * l.stride;
        const V g = *grad_out++ / count;
        for (int ky = 0; ky < l.k; ky++) {
          for (int kx = 0; kx < l.k; kx++) corner[ky * l.wi + kx] += g;
        }
      }
    }
  }
}

ZOO_INLINE V normal_cdf(V x) { return madd(erf(x * splat(0.70710678f)), splat(0.5f), splat(0.5f)); }

ZOO_INLINE V normal_density(V x) { return exp(x * x * splat(-0.5f)) * splat(0.39894228f); }

template <int KIND>
ZOO_INLINE V activate(V x) {
  switch (KIND) {
    case TANH: return tanh(x);
    case RELU: return pick(x < splat(0.0f), splat(0.0f), x);
    case LEAKY_RELU: return pick(x < splat(0.0f), x * splat(0.01f), x);
    case SIGMOID: return sigmoid(x);
    case SILU: return x * sigmoid(x);
    case GELU: return x * normal_cdf(x);
    case ELU: return pick(x > splat(0.0f), x, exp(x) - splat(1.0f));
    default: return x;
  }
}

/** Derivative at x, where y = activate(x). */
template <int KIND>
ZOO_INLINE V slope(V x, V y) {
  const V one = splat(1.0f), zero = splat(0.0f);
  switch (KIND) {
    case TANH: return madd(-y, y, one);
    case RELU: return pick(x <= zero, zero, one);
    case LEAKY_RELU: return pick(x <= zero, splat(0.01f), one);
    case SIGMOID: return y * (one - y);
    case SILU: {
      const V s = sigmoid(x);
      return s * madd(x, one - s, one);
    }
    case GELU: return madd(x, normal_density(x), normal_cdf(x));
    case ELU: return pick(x > zero, one, y + one);
    default: return one;
  }
}

/** Second derivative at x, where y = activate(x). */
template <int KIND>
ZOO_INLINE V curvature(V x, V y) {
  const V one = splat(1.0f), zero = splat(0.0f), minus_two = splat(-2.0f);
  switch (KIND) {
    case TANH: return minus_two * y * slope<TANH>(x, y);
    case SIGMOID: return slope<SIGMOID>(x, y) * madd(minus_two, y, one);
    case SILU: {
      const V s = sigmoid(x);
      return s * (one - s) * madd(x, madd(minus_two, s, one), splat(2.0f));
    }
    case GELU: return normal_density(x) * madd(-x, x, splat(2.0f));
    case ELU: return pick(x > zero, zero, y + one);
    default: return zero;
  }
}

/** Whether the second derivative is zero wherever it exists. */
constexpr bool straight(int kind) { return kind == RELU || kind == LEAKY_RELU || kind == NONE; }

template <int KIND>
static void activation_forward(const V* in, V* out, int n) {
  for (int i = 0; i < n; i++) out[i] = activate<KIND>(in[i]);
}

template <int KIND>
static void activation_backward(const V* in, const V* out, const V* grad_out, V* grad_in, int n) {
  for (int i = 0; i < n; i++) grad_in[i] = grad_out[i] * slope<KIND>(in[i], out[i]);
}

/** t: derivatives along a direction, of the layer's input and output. */
template <int KIND>
static void activation_tangent(const V* in, const V* out, const V* t_in, V* t_out, int n) {
  for (int i = 0; i < n; i++) t_out[i] = slope<KIND>(in[i], out[i]) * t_in[i];
}

/** Both gradients: of the loss, and its derivative along the direction. */
template <int KIND>
static void activation_backward_tangent(const V* in, const V* out, const V* t_in, const V* grad_out, const V* t_grad_out, V* grad_in, V* t_grad_in, int n) {
  for (int i = 0; i < n; i++) {
    const V s = slope<KIND>(in[i], out[i]);
    grad_in[i] = grad_out[i] * s;
    t_grad_in[i] = straight(KIND) ? t_grad_out[i] * s : madd(t_grad_out[i], s, grad_out[i] * (curvature<KIND>(in[i], out[i]) * t_in[i]));
  }
}

/** factor = 0 or 1/(1-p): word e mod 4 of counter (e / 4, sample, epoch, DROPOUT stream + layer). */
static void dropout_factors(V* factor, int n, uint32_t sample, uint32_t epoch, uint32_t stream, U key0, U key1, U drop_below, V scale) {
  for (int e = 0; e < n; e += 4) {
    const Random4 random = philox((uint32_t)e / 4, sample, epoch, stream, key0, key1);
    for (int j = 0; j < 4 && e + j < n; j++) {
      const I dropped = (I)(random.word[j] < drop_below);
      factor[e + j] = pick(dropped, splat(0.0f), scale);
    }
  }
}

}  // namespace zoo
