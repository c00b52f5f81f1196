// Convolution of one image, forward and backward; a linear layer is a 1x1 convolution of a 1x1 image.
//
// Every output is one chain of fused multiply-adds in a fixed order, whatever the tile:
//   out[o][y][x]     = b[o], then over c, ky, kx:         in[c][y*S+ky][x*S+kx] * w[o][c][ky][kx]
//   dw[o][c][ky][kx] = dw,   then over y, x:              in[c][y*S+ky][x*S+kx] * g[o][y][x]
//   din[c][y][x]     = 0,    then over o, ky, kx in range: g[o][(y-ky)/S][(x-kx)/S] * w[o][c][ky][kx]
// Tiles only choose which chains run side by side in registers. Shapes: in [Ci][H][Wi], w [Co][Ci][K][K], out [Co][Ho][Wo].
#pragma once
#include "lanes.h"

namespace zoo {

struct Convolution {
  int ci, h, wi;      // input, padding included
  int co, ho, wo;     // output
  int k, stride;
};

struct Tile {
  int channels, width;
};

constexpr int MAX_TILE = 8;

/**
 * acc[i][j] += a[j * a_step] * f[i * f_step], one multiply-add each. The shorter operand stays in registers, the longer
 * one passes through a single register: A * B accumulators plus min(A, B) + 1.
 */
template <int A, int B>
ZOO_INLINE void multiply_add_tile(V (&acc)[A][B], const V* f, int f_step, const V* a, int a_step) {
  if (A <= B) {
    V held[A];
    ZOO_UNROLL for (int i = 0; i < A; i++) held[i] = f[i * f_step];
    ZOO_UNROLL for (int j = 0; j < B; j++) {
      V passing = a[j * a_step];
      in_register(passing);
      ZOO_UNROLL for (int i = 0; i < A; i++) acc[i][j] = madd(passing, held[i], acc[i][j]);
    }
  } else {
    V held[B];
    ZOO_UNROLL for (int j = 0; j < B; j++) held[j] = a[j * a_step];
    ZOO_UNROLL for (int i = 0; i < A; i++) {
      V passing = f[i * f_step];
      in_register(passing);
      ZOO_UNROLL for (int j = 0; j < B; j++) acc[i][j] = madd(held[j], passing, acc[i][j]);
    }
  }
}

template <int A, int B>
ZOO_INLINE void load_tile(V (&acc)[A][B], const V* from, int row_step) {
  ZOO_UNROLL for (int i = 0; i < A; i++) { ZOO_UNROLL for (int j = 0; j < B; j++) acc[i][j] = from[i * row_step + j]; }
}

template <int A, int B>
ZOO_INLINE void store_tile(V* to, int row_step, const V (&acc)[A][B]) {
  ZOO_UNROLL for (int i = 0; i < A; i++) { ZOO_UNROLL for (int j = 0; j < B; j++) to[i * row_step + j] = acc[i][j]; }
}

/** out[o..o+OB][y][x..x+XB] over the input channels from .. to-1; starts from the bias, or goes on from out when b is null. */
template <int OB, int XB>
static void forward_tile(const V* in, const V* w, const V* b, V* out, const Convolution& c, int o, int y, int x, int from, int to) {
  V acc[OB][XB];
  V* target = out + (o * c.ho + y) * c.wo + x;
  const int taps = c.ci * c.k * c.k, s = c.stride, plane = c.ho * c.wo;
  if (b) {
    ZOO_UNROLL for (int i = 0; i < OB; i++) { ZOO_UNROLL for (int j = 0; j < XB; j++) acc[i][j] = b[o + i]; }
  } else {
    load_tile(acc, target, plane);
  }
  const V* weight = w + o * taps + from * c.k * c.k;
  for (int channel = from; channel < to; channel++) {
    for (int ky = 0; ky < c.k; ky++) {
      const V* row = in + (channel * c.h + y * s + ky) * c.wi + x * s;
      if (s == 1) {
        for (int kx = 0; kx < c.k; kx++, row++, weight++) multiply_add_tile(acc, weight, taps, row, 1);
      } else {
        for (int kx = 0; kx < c.k; kx++, row++, weight++) multiply_add_tile(acc, weight, taps, row, s);
      }
    }
  }
  store_tile(target, plane, acc);
}

/** Columns of din and the taps kx = from, from + stride, ..., to that reach all of them. */
struct Columns {
  int x, from, to;
};

/** din[channel..channel+CB][y][x..x+XB] over the output channels o_from .. o_to-1; starts from zero when fresh, else goes on from din. */
template <int CB, int XB>
static void input_tile(const V* g, const V* w, V* din, const Convolution& c, int channel, int y, const Columns& columns, int o_from, int o_to, bool fresh) {
  V acc[CB][XB];
  V* target = din + (channel * c.h + y) * c.wi + columns.x;
  const int area = c.k * c.k, s = c.stride, plane = c.h * c.wi;
  if (fresh) {
    ZOO_UNROLL for (int i = 0; i < CB; i++) { ZOO_UNROLL for (int j = 0; j < XB; j++) acc[i][j] = splat(0.0f); }
  } else {
    load_tile(acc, target, plane);
  }
  const int lowest = y - (c.ho - 1) * s;
  const int ky_from = lowest > 0 ? lowest : y % s, ky_to = y < c.k - 1 ? y : c.k - 1;
  for (int o = o_from; o < o_to; o++) {
    for (int ky = ky_from; ky <= ky_to; ky += s) {
      const V* row = g + (o * c.ho + (y - ky) / s) * c.wo + (columns.x - columns.from) / s;
      const V* weight = w + (o * c.ci + channel) * area + ky * c.k + columns.from;
      for (int kx = columns.from; kx <= columns.to; kx += s, row--, weight += s) multiply_add_tile(acc, weight, area, row, 1);
    }
  }
  store_tile(target, plane, acc);
}

/**
 * The E = K - 1 columns of din at the left or right border, stride 1: din[channel..channel+CB][y][x..x+E]. The tap kx reaches
 * only some of them, and all share the E columns of g next to the border, which stay in registers.
 */
template <int CB, int E, bool RIGHT>
static void border_tile(const V* g, const V* w, V* din, const Convolution& c, int channel, int y, int o_from, int o_to, bool fresh) {
  V acc[CB][E];
  V* target = din + (channel * c.h + y) * c.wi + (RIGHT ? c.wo : 0);
  const int area = (E + 1) * (E + 1), plane = c.h * c.wi;
  if (fresh) {
    ZOO_UNROLL for (int i = 0; i < CB; i++) { ZOO_UNROLL for (int j = 0; j < E; j++) acc[i][j] = splat(0.0f); }
  } else {
    load_tile(acc, target, plane);
  }
  const int lowest = y - c.ho + 1;
  const int ky_from = lowest > 0 ? lowest : 0, ky_to = y < E ? y : E;
  for (int o = o_from; o < o_to; o++) {
    for (int ky = ky_from; ky <= ky_to; ky++) {
      const V* row = g + (o * c.ho + y - ky) * c.wo + (RIGHT ? c.wo - E : 0);
      const V* weight = w + (o * c.ci + channel) * area + ky * (E + 1);
      V held[E];
      ZOO_UNROLL for (int j = 0; j < E; j++) held[j] = row[j];
      ZOO_UNROLL for (int kx = RIGHT ? 1 : 0; kx < (RIGHT ? E + 1 : E); kx++) {
        ZOO_UNROLL for (int i = 0; i < CB; i++) {
          V passing = weight[i * area + kx];
          in_register(passing);
          ZOO_UNROLL for (int j = RIGHT ? 0 : kx; j < (RIGHT ? kx : E); j++) {
            acc[i][j] = madd(held[j - kx + (RIGHT ? E : 0)], passing, acc[i][j]);
          }
        }
      }
    }
  }
  store_tile(target, plane, acc);
}

/** dw[o..o+OB][channel][ky][kx..kx+KB] over the output rows y_from .. y_to-1. */
template <int OB, int KB>
static void weight_tile(const V* in, const V* g, V* dw, const Convolution& c, int o, int channel, int ky, int kx, int y_from, int y_to) {
  const int taps = c.ci * c.k * c.k, s = c.stride, plane = c.ho * c.wo;
  V* target = dw + o * taps + (channel * c.k + ky) * c.k + kx;
  V acc[OB][KB];
  load_tile(acc, target, taps);
  for (int y = y_from; y < y_to; y++) {
    const V* row = in + (channel * c.h + y * s + ky) * c.wi + kx;
    const V* grad = g + (o * c.ho + y) * c.wo;
    for (int x = 0; x < c.wo; x++, row += s, grad++) multiply_add_tile(acc, grad, plane, row, 1);
  }
  store_tile(target, taps, acc);
}

typedef void (*ForwardTile)(const V*, const V*, const V*, V*, const Convolution&, int, int, int, int, int);
typedef void (*InputTile)(const V*, const V*, V*, const Convolution&, int, int, const Columns&, int, int, bool);
typedef void (*WeightTile)(const V*, const V*, V*, const Convolution&, int, int, int, int, int, int);
typedef void (*BorderTile)(const V*, const V*, V*, const Convolution&, int, int, int, int, bool);

constexpr int MAX_BORDER = 4;

/** The compiled tiles: index [channels - 1][width - 1], null where the accumulators would not fit the registers. */
struct Tiles {
  ForwardTile forward[MAX_TILE][MAX_TILE];
  InputTile input[MAX_TILE][MAX_TILE];
  WeightTile weight[MAX_TILE][MAX_TILE];
  BorderTile left[MAX_TILE][MAX_BORDER], right[MAX_TILE][MAX_BORDER];
};
extern const Tiles TILES;

constexpr bool fits(int a, int b) { return a * b + operand_registers(a < b ? a : b, a < b ? b : a) <= REGISTERS; }

/** Cost of one multiply-add step of a tile, in half cycles of a core with two FMA and two load ports. */
static int tile_cost(int channels, int width) {
  const int products = channels * width, loads = channels + width;
  const int busy = products > loads ? products : loads;
  return (busy > 8 ? busy : 8) + 1;  // 8: two units times a latency of 4
}

/** The cheapest tile that covers channels x width outputs, counting the smaller tiles at the edges. */
static Tile choose_tile(int channels, int width) {
  Tile best = {1, 1};
  long best_cost = -1;
  for (int ob = 1; ob <= MAX_TILE && ob <= channels; ob++) {
    for (int xb = 1; xb <= MAX_TILE && xb <= width && fits(ob, xb); xb++) {
      const int full_o = channels / ob, rest_o = channels % ob, full_x = width / xb, rest_x = width % xb;
      long cost = (long)full_o * full_x * tile_cost(ob, xb);
      if (rest_x) cost += (long)full_o * tile_cost(ob, rest_x);
      if (rest_o) cost += (long)full_x * tile_cost(rest_o, xb);
      if (rest_o && rest_x) cost += tile_cost(rest_o, rest_x);
      if (best_cost < 0 || cost < best_cost) {
        best = {ob, xb};
        best_cost = cost;
      }
    }
  }
  return best;
}

ZOO_INLINE int smaller(int a, int b) { return a < b ? a : b; }

/** How many slices of `vectors` vectors each stay in the first-level cache beside what streams past them; at least one. */
ZOO_INLINE int cached(int vectors) {
  const int count = CACHE_BYTES / (vectors * (int)sizeof(V));
  return count > 1 ? count : 1;
}

/** b null: adds to out. */
static void convolution_forward(const V* in, const V* w, const V* b, V* out, const Convolution& c, Tile tile) {
  const int slice = cached(tile.channels * c.k * c.k);
  for (int o = 0; o < c.co; o += tile.channels) {
    const int ob = smaller(tile.channels, c.co - o);
    for (int from = 0; from < c.ci; from += slice) {
      const int to = smaller(c.ci, from + slice);
      for (int y = 0; y < c.ho; y++) {
        for (int x = 0; x < c.wo; x += tile.width) {
          TILES.forward[ob - 1][smaller(tile.width, c.wo - x) - 1](in, w, from == 0 ? b : nullptr, out, c, o, y, x, from, to);
        }
      }
    }
  }
}

constexpr bool border_fits(int channels, int columns) { return (channels + 1) * columns + 1 <= REGISTERS; }

/** Whether border tiles exist for the convolution. */
static bool has_border_tiles(const Convolution& c) {
  return c.stride == 1 && c.k >= 2 && c.k <= MAX_BORDER + 1 && c.wo >= c.k - 1;
}

/** How many channels to take at a time outside of the interior; border tiles take about as many each. */
static int choose_edge_channels(const Convolution& c) {
  if (!has_border_tiles(c)) return choose_tile(c.ci, 1).channels;
  int most = 1;
  while (most < MAX_TILE && border_fits(most + 1, c.k - 1)) most++;
  const int tiles = (c.ci + most - 1) / most;
  return (c.ci + tiles - 1) / tiles;
}

/**
 * interior: tile of the columns that every kx reaches (stride 1). The others are done by border tiles, or one by one.
 * add: goes on from what din holds.
 */
static void convolution_input_gradient(const V* g, const V* w, V* din, const Convolution& c, Tile interior, int edge_channels, bool add) {
  const int s = c.stride;
  const int inner_from = s == 1 ? c.k - 1 : c.wi, inner_to = s == 1 ? c.wo : c.wi;  // [from, to)
  const int slice = cached(c.ci * c.k * c.k);
  const bool bordered = has_border_tiles(c);
  for (int o = 0; o < c.co; o += slice) {
    const int o_to = smaller(c.co, o + slice);
    const bool fresh = o == 0 && !add;
    for (int y = 0; y < c.h; y++) {
      for (int channel = 0; bordered && channel < c.ci; channel += edge_channels) {
        const int cb = smaller(edge_channels, c.ci - channel);
        TILES.left[cb - 1][c.k - 2](g, w, din, c, channel, y, o, o_to, fresh);
        TILES.right[cb - 1][c.k - 2](g, w, din, c, channel, y, o, o_to, fresh);
      }
      for (int x = 0; !bordered && x < c.wi; x++) {
        if (x >= inner_from && x < inner_to) continue;
        const int lowest = x - (c.wo - 1) * s;
        const Columns column = {x, lowest > 0 ? lowest : x % s, smaller(x, c.k - 1)};
        for (int channel = 0; channel < c.ci; channel += edge_channels) {
          TILES.input[smaller(edge_channels, c.ci - channel) - 1][0](g, w, din, c, channel, y, column, o, o_to, fresh);
        }
      }
      for (int x = inner_from; x < inner_to; x += interior.width) {
        const Columns columns = {x, 0, c.k - 1};
        for (int channel = 0; channel < c.ci; channel += interior.channels) {
          const int cb = smaller(interior.channels, c.ci - channel);
          TILES.input[cb - 1][smaller(interior.width, inner_to - x) - 1](g, w, din, c, channel, y, columns, o, o_to, fresh);
        }
      }
    }
  }
}

/** Adds to dw and, unless it is null, to db. Rows are taken in bands whose gradient stays in the first-level cache. */
static void convolution_weight_gradient(const V* in, const V* g, V* dw, V* db, const Convolution& c, Tile tile) {
  const int band = cached(c.co * c.wo);
  for (int y = 0; y < c.ho; y += band) {
    const int y_to = smaller(c.ho, y + band);
    for (int o = 0; o < c.co; o += tile.channels) {
      const int ob = smaller(tile.channels, c.co - o);
      for (int channel = 0; channel < c.ci; channel++) {
        for (int ky = 0; ky < c.k; ky++) {
          for (int kx = 0; kx < c.k; kx += tile.width) {
            TILES.weight[ob - 1][smaller(tile.width, c.k - kx) - 1](in, g, dw, c, o, channel, ky, kx, y, y_to);
          }
        }
      }
    }
  }
  if (!db) return;
  const int plane = c.ho * c.wo;
  for (int o = 0; o < c.co; o += MAX_TILE) {
    const int ob = smaller(MAX_TILE, c.co - o);
    V sum[MAX_TILE];
    for (int i = 0; i < ob; i++) sum[i] = db[o + i];
    for (int p = 0; p < plane; p++) {
      for (int i = 0; i < ob; i++) sum[i] += g[(o + i) * plane + p];
    }
    for (int i = 0; i < ob; i++) db[o + i] = sum[i];
  }
}

}  // namespace zoo
