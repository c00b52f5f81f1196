// Questions about given weights, image by image.
#pragma once
#include "staging.h"
#include "tangents.h"

namespace zoo {

template <typename Pixel>
static void lane_images(const Arena& a, int image, const Pixel* (&of_lane)[LANES]) {
  const Program& p = a.program;
  const int64_t size = (int64_t)p.channels * p.pixels;
  const Pixel* images = (const Pixel*)a.at(p.images);
  for (int lane = 0; lane < LANES; lane++) of_lane[lane] = images + ((int64_t)lane * p.per_model * p.capacity + image) * size;
}

static void stage(const Arena& a, int image) {
  const Program& p = a.program;
  if (p.float_images) {
    const float* of_lane[LANES];
    lane_images(a, image, of_lane);
    if (p.per_model) stage_lanes(of_lane, a.at(p.input), p.channels * p.pixels);
    else stage_shared(of_lane[0], a.at(p.input), p.channels * p.pixels);
  } else {
    const uint8_t* of_lane[LANES];
    lane_images(a, image, of_lane);
    if (p.per_model) stage_lanes(of_lane, a.at(p.input), p.channels, p.pixels, a.affine());
    else stage_shared(of_lane[0], a.at(p.input), p.channels, p.pixels, a.affine());
  }
}

/** The given gradient of the logits, instead of the loss's. */
static void load_cotangents(const Arena& a, int image) {
  const Program& p = a.program;
  const float* cotangents = (const float*)a.at(p.cotangents);
  V* g = a.at(p.logits_grad);
  for (int j = 0; j < p.classes; j++) {
    for (int lane = 0; lane < LANES; lane++) g[j][lane] = cotangents[((int64_t)lane * p.capacity + image) * p.classes + j];
  }
}

static void write_answer(const Arena& a, int image) {
  const Program& p = a.program;
  const V* values = a.at(p.answer);
  float* answers = (float*)a.at(p.answers);
  for (int lane = 0; lane < LANES; lane++) {
    float* row = answers + ((int64_t)lane * p.capacity + image) * p.answer_size;
    for (int j = 0; j < p.answer_size; j++) row[j] = values[j][lane];
  }
}

static void ask(const Arena& a, int image) {
  const Program& p = a.program;
  stage(a, image);
  forward(a, false, 0, 0);
  const I label = splat_i(((const int32_t*)a.at(p.asked_labels))[image]);
  V* gradient = a.at(p.logits_grad);
  switch (p.question) {
    case EVALUATE: loss_and_gradient(a, label, 0, gradient); break;
    case GRADIENTS:
      if (p.cotangents >= 0) load_cotangents(a, image);
      else loss_and_gradient(a, label, p.samples, gradient);
      backward(a);
      break;
    case HESSIAN_VECTOR:
      forward_tangents(a);
      loss_and_gradient(a, label, p.samples, gradient);
      loss_tangent(a, label, p.samples);
      backward_tangents(a);
  }
  if (p.answer >= 0) write_answer(a, image);
}

}  // namespace zoo
