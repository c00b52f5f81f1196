// Instantiates the convolution tiles that fit the registers.
#include "convolution.h"

namespace zoo {
namespace {

template <int A, int B, bool FITS = fits(A, B)>
struct Instance {
  static constexpr ForwardTile forward = forward_tile<A, B>;
  static constexpr InputTile input = input_tile<A, B>;
  static constexpr WeightTile weight = weight_tile<A, B>;
};
template <int A, int B>
struct Instance<A, B, false> {
  static constexpr ForwardTile forward = nullptr;
  static constexpr InputTile input = nullptr;
  static constexpr WeightTile weight = nullptr;
};

}  // namespace

#define ROW(A, KIND)                                                                                       \
  {Instance<A, 1>::KIND, Instance<A, 2>::KIND, Instance<A, 3>::KIND, Instance<A, 4>::KIND,                  \
   Instance<A, 5>::KIND, Instance<A, 6>::KIND, Instance<A, 7>::KIND, Instance<A, 8>::KIND}
#define TABLE(KIND) \
  {ROW(1, KIND), ROW(2, KIND), ROW(3, KIND), ROW(4, KIND), ROW(5, KIND), ROW(6, KIND), ROW(7, KIND), ROW(8, KIND)}

const Tiles TILES = {TABLE(forward), TABLE(input), TABLE(weight)};

}  // namespace zoo
