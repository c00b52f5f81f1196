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

template <int CB, int E, bool FITS = border_fits(CB, E)>
struct Border {
  static constexpr BorderTile left = border_tile<CB, E, false>, right = border_tile<CB, E, true>;
};
template <int CB, int E>
struct Border<CB, E, false> {
  static constexpr BorderTile left = nullptr, right = nullptr;
};

}  // namespace

#define ROW(A, KIND)                                                                                       \
  {Instance<A, 1>::KIND, Instance<A, 2>::KIND, Instance<A, 3>::KIND, Instance<A, 4>::KIND,                  \
   Instance<A, 5>::KIND, Instance<A, 6>::KIND, Instance<A, 7>::KIND, Instance<A, 8>::KIND}
#define TABLE(KIND) \
  {ROW(1, KIND), ROW(2, KIND), ROW(3, KIND), ROW(4, KIND), ROW(5, KIND), ROW(6, KIND), ROW(7, KIND), ROW(8, KIND)}

#define BORDERS(A, KIND) {Border<A, 1>::KIND, Border<A, 2>::KIND, Border<A, 3>::KIND, Border<A, 4>::KIND}
#define BORDER_TABLE(KIND)                                                             \
  {BORDERS(1, KIND), BORDERS(2, KIND), BORDERS(3, KIND), BORDERS(4, KIND),              \
   BORDERS(5, KIND), BORDERS(6, KIND), BORDERS(7, KIND), BORDERS(8, KIND)}

const Tiles TILES = {TABLE(forward), TABLE(input), TABLE(weight), BORDER_TABLE(left), BORDER_TABLE(right)};

}  // namespace zoo
