// The Node-API face of the kernels: pointers arrive as (ArrayBuffer, byte offset).
#include <node_api.h>
#include <stdlib.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "engine.h"

namespace {

constexpr size_t MAX_ARGUMENTS = 10;

struct Call {
  napi_env env;
  napi_value args[MAX_ARGUMENTS];

  Call(napi_env e, napi_callback_info info) : env(e) {
    size_t count = MAX_ARGUMENTS;
    napi_get_cb_info(env, info, &count, args, nullptr, nullptr);
  }
  int integer(int i) const {
    int32_t value = 0;
    napi_get_value_int32(env, args[i], &value);
    return value;
  }
  /** Start of the bytes of a typed array. */
  char* bytes(int i) const {
    void* data = nullptr;
    napi_get_typedarray_info(env, args[i], nullptr, nullptr, &data, nullptr, nullptr);
    return (char*)data;
  }
  napi_value number(int value) const {
    napi_value result;
    napi_create_int32(env, value, &result);
    return result;
  }
};

/**
 * Rounding to nearest and subnormals kept while the kernels run, whatever another library of this process has set; then as
 * before. A library linked with -ffast-math sets flush-to-zero for the thread that loads it.
 */
class Ieee {
#if defined(__x86_64__)
  const unsigned int before = _mm_getcsr();

 public:
  Ieee() { _mm_setcsr(0x1f80); }
  ~Ieee() { _mm_setcsr(before); }
#elif defined(__aarch64__)
  uint64_t before;

 public:
  Ieee() {
    __asm__ volatile("mrs %0, fpcr" : "=r"(before));
    __asm__ volatile("msr fpcr, %0" : : "r"((uint64_t)0));
  }
  ~Ieee() { __asm__ volatile("msr fpcr, %0" : : "r"(before)); }
#endif
};

void release(napi_env, void* data, void*) { free(data); }

/** allocate(bytes) -> ArrayBuffer, zeroed and aligned to 64 bytes. */
napi_value allocate(napi_env env, napi_callback_info info) {
  const Call call(env, info);
  double wanted = 0;
  napi_get_value_double(env, call.args[0], &wanted);
  const size_t bytes = ((size_t)wanted + 63) / 64 * 64;
  void* data = aligned_alloc(64, bytes);
  napi_value result = nullptr;
  if (!data) {
    napi_throw_error(env, nullptr, "out of memory");
    return nullptr;
  }
  __builtin_memset(data, 0, bytes);
  if (napi_create_external_arraybuffer(env, data, bytes, release, nullptr, &result) != napi_ok) {
    free(data);
    napi_throw_error(env, nullptr, "this runtime does not allow external array buffers");
  }
  return result;
}

napi_value lanes(napi_env env, napi_callback_info info) { return Call(env, info).number(zoo_lanes()); }
napi_value fused(napi_env env, napi_callback_info info) {
  const Ieee ieee;
  return Call(env, info).number(zoo_fused());
}

napi_value prepare(napi_env env, napi_callback_info info) {
  const Call call(env, info);
  zoo_prepare(call.bytes(0));
  return nullptr;
}

napi_value evaluate(napi_env env, napi_callback_info info) {
  const Call call(env, info);
  const Ieee ieee;
  zoo_evaluate(call.bytes(0), (const uint8_t*)call.bytes(1), (const uint8_t*)call.bytes(2),
               (const int32_t*)call.bytes(3), call.integer(4));
  return nullptr;
}

napi_value train(napi_env env, napi_callback_info info) {
  const Call call(env, info);
  const Ieee ieee;
  zoo_train(call.bytes(0), (const uint8_t*)call.bytes(1), (const uint8_t*)call.bytes(2), (const int32_t*)call.bytes(3),
            call.integer(4), call.integer(5), call.integer(6));
  return nullptr;
}

napi_value ask(napi_env env, napi_callback_info info) {
  const Call call(env, info);
  const Ieee ieee;
  zoo_ask(call.bytes(0), call.integer(1));
  return nullptr;
}

napi_value products(napi_env env, napi_callback_info info) {
  const Call call(env, info);
  const Ieee ieee;
  zoo_products((const int32_t*)call.bytes(0), (const float*)call.bytes(1), (const float*)call.bytes(2),
               (double*)call.bytes(3), call.bytes(4));
  return nullptr;
}

napi_value products64(napi_env env, napi_callback_info info) {
  const Call call(env, info);
  const Ieee ieee;
  zoo_products64((const int32_t*)call.bytes(0), call.bytes(1), call.bytes(2), (double*)call.bytes(3), call.bytes(4));
  return nullptr;
}

napi_value matches(napi_env env, napi_callback_info info) {
  const Call call(env, info);
  zoo_matches((const int32_t*)call.bytes(0), (const uint8_t*)call.bytes(1), (const uint8_t*)call.bytes(2),
              (int32_t*)call.bytes(3));
  return nullptr;
}

napi_value statistics(napi_env env, napi_callback_info info) {
  const Call call(env, info);
  const Ieee ieee;
  zoo_statistics((const int32_t*)call.bytes(0), (const float*)call.bytes(1), (double*)call.bytes(2), call.bytes(3));
  return nullptr;
}

napi_value math(napi_env env, napi_callback_info info) {
  const Call call(env, info);
  const Ieee ieee;
  zoo_math(call.integer(0), (const float*)call.bytes(1), (float*)call.bytes(2), call.integer(3));
  return nullptr;
}

napi_value start(napi_env env, napi_value exports) {
  const struct {
    const char* name;
    napi_callback run;
  } functions[] = {{"allocate", allocate}, {"lanes", lanes}, {"fused", fused}, {"prepare", prepare},
                   {"evaluate", evaluate}, {"train", train}, {"ask", ask}, {"math", math},
                   {"products", products}, {"products64", products64}, {"matches", matches}, {"statistics", statistics}};
  for (const auto& f : functions) {
    napi_value value;
    napi_create_function(env, f.name, NAPI_AUTO_LENGTH, f.run, nullptr, &value);
    napi_set_named_property(env, exports, f.name, value);
  }
  return exports;
}

}  // namespace

NAPI_MODULE(zoo_engine, start)
