// CRC32C (Castagnoli, RFC 3720 appendix B.4), reflected, polynomial 0x82F63B78.
//
// Four implementations behind one function pointer, chosen once at load time:
// - carry-less multiplication of 64-byte vectors (AVX-512), which folds 256 bytes a step;
// - the CPU's instruction (SSE4.2, ARMv8 CRC). It takes 3 cycles but a new one can start in each,
//   so buffers are cut into three parallel lanes whose results are joined afterwards;
// - slicing by 8, for CPUs without it.
#include "CVarve.h"

#include <string.h>

#if defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif
#if defined(__x86_64__)
#include <immintrin.h>
#endif

static const uint32_t polynomial = 0x82F63B78u;

// A lane of the large and of the small three-lane step, in bytes, multiples of 8.
enum { large_lane = 2048, small_lane = 128 };

// slices[k][b]: the CRC state that byte b leaves after k further zero bytes.
static uint32_t slices[8][256];

// joins[k][b]: what byte k of a CRC state becomes after a lane's length of zero bytes.
static uint32_t large_joins[4][256];
static uint32_t small_joins[4][256];

typedef uint32_t checksum(uint32_t state, const uint8_t *bytes, size_t count);

static inline uint64_t load_64(const uint8_t *bytes) {
  uint64_t word;
  memcpy(&word, bytes, sizeof word);
  return word;
}

static inline uint32_t load_32(const uint8_t *bytes) {
  uint32_t word;
  memcpy(&word, bytes, sizeof word);
  return word;
}

static uint32_t portable(uint32_t state, const uint8_t *bytes, size_t count) {
  for (; count >= 8; count -= 8, bytes += 8) {
    uint64_t word = load_64(bytes) ^ state;
    state = 0;
    for (int k = 0; k < 8; k++) state ^= slices[7 - k][(word >> (8 * k)) & 0xFF];
  }
  for (; count > 0; count--) state = (state >> 8) ^ slices[0][(state ^ *bytes++) & 0xFF];
  return state;
}

static inline uint32_t join(const uint32_t table[4][256], uint32_t state) {
  return table[0][state & 0xFF] ^ table[1][(state >> 8) & 0xFF] ^ table[2][(state >> 16) & 0xFF] ^
         table[3][state >> 24];
}

#if defined(__x86_64__)
#define HARDWARE __attribute__((target("sse4.2")))
#define STEP_64(state, word) ((uint32_t)_mm_crc32_u64(state, word))
#define STEP_32(state, word) _mm_crc32_u32(state, word)
#define STEP_8(state, byte) _mm_crc32_u8(state, byte)
static int has_instruction(void) {
  __builtin_cpu_init();  // This may run before the compiler's own initialiser.
  return __builtin_cpu_supports("sse4.2");
}
#elif defined(__aarch64__)
#if defined(__linux__)
#define HARDWARE __attribute__((target("+crc")))
static int has_instruction(void) { return (getauxval(AT_HWCAP) >> 7) & 1; }  // HWCAP_CRC32
#else
#define HARDWARE
static int has_instruction(void) { return 1; }  // Every Apple CPU of this architecture has it.
#endif
#define STEP_64(state, word) __builtin_arm_crc32cd(state, word)
#define STEP_32(state, word) __builtin_arm_crc32cw(state, word)
#define STEP_8(state, byte) __builtin_arm_crc32cb(state, byte)
#endif

#ifdef HARDWARE
HARDWARE static inline uint32_t three_lanes(
    uint32_t state, const uint8_t *bytes, size_t lane, const uint32_t joins[4][256]) {
  uint32_t second = 0, third = 0;
  for (size_t i = 0; i < lane; i += 8) {
    state = STEP_64(state, load_64(bytes + i));
    second = STEP_64(second, load_64(bytes + lane + i));
    third = STEP_64(third, load_64(bytes + 2 * lane + i));
  }
  return join(joins, join(joins, state) ^ second) ^ third;
}

HARDWARE static uint32_t hardware(uint32_t state, const uint8_t *bytes, size_t count) {
  for (; count >= 3 * large_lane; count -= 3 * large_lane, bytes += 3 * large_lane)
    state = three_lanes(state, bytes, large_lane, large_joins);
  for (; count >= 3 * small_lane; count -= 3 * small_lane, bytes += 3 * small_lane)
    state = three_lanes(state, bytes, small_lane, small_joins);
  for (; count >= 8; count -= 8, bytes += 8) state = STEP_64(state, load_64(bytes));
  if (count & 4) {
    state = STEP_32(state, load_32(bytes));
    bytes += 4;
  }
  for (count &= 3; count > 0; count--) state = STEP_8(state, *bytes++);
  return state;
}
#endif

// The state after `count` zero bytes.
static uint32_t after_zeros(uint32_t state, size_t count) {
  for (; count > 0; count--) state = (state >> 8) ^ slices[0][state & 0xFF];
  return state;
}

// A step over zeros is linear: a byte's entry is the sum of those of its bits.
static void fill_joins(uint32_t joins[4][256], size_t lane) {
  for (int k = 0; k < 4; k++) {
    for (int bit = 0; bit < 8; bit++) {
      uint32_t moved = after_zeros(1u << (8 * k + bit), lane);
      for (int byte = 0; byte < 256; byte++)
        if (byte >> bit & 1) joins[k][byte] ^= moved;
    }
  }
}

#if defined(__x86_64__)
// Folding (Gopal et al., "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ"): bytes
// that lie `distance` bits ahead of others are multiplied by x^distance modulo the polynomial and
// added to those, until 16 bytes are left whose checksum is that of all. Bits are reflected, so a
// product comes out one bit too low: the exponents are one less. A multiplier is 32 bits wide in
// the low half of 64, which is 32 bits more.
struct multipliers { uint64_t low, high; };
static struct multipliers fold_2048, fold_512, fold_384, fold_256, fold_128;

static struct multipliers multipliers_for(size_t distance) {
  const uint32_t x_7 = 1u << 24;
  struct multipliers k = {
      after_zeros(x_7, (distance + 31 - 7) / 8), after_zeros(x_7, (distance - 33 - 7) / 8)};
  return k;
}

#define FOLDING __attribute__((target("avx512f,vpclmulqdq,pclmul,sse4.2")))

FOLDING static inline __m512i folded_512(__m512i sum, __m512i k, __m512i next) {
  __m512i low = _mm512_clmulepi64_epi128(sum, k, 0x00);
  __m512i high = _mm512_clmulepi64_epi128(sum, k, 0x11);
  return _mm512_ternarylogic_epi64(low, high, next, 0x96);  // The sum of all three.
}

FOLDING static inline __m128i folded_128(__m128i sum, struct multipliers by, __m128i next) {
  __m128i k = _mm_set_epi64x((int64_t)by.high, (int64_t)by.low);
  __m128i low = _mm_clmulepi64_si128(sum, k, 0x00);
  __m128i high = _mm_clmulepi64_si128(sum, k, 0x11);
  return _mm_xor_si128(_mm_xor_si128(low, high), next);
}

FOLDING static inline __m512i broadcast(struct multipliers by) {
  return _mm512_broadcast_i32x4(_mm_set_epi64x((int64_t)by.high, (int64_t)by.low));
}

FOLDING static uint32_t folding(uint32_t state, const uint8_t *bytes, size_t count) {
  if (count < 512) return hardware(state, bytes, count);
  __m512i sum[4];
  for (int i = 0; i < 4; i++) sum[i] = _mm512_loadu_si512(bytes + 64 * i);
  sum[0] = _mm512_xor_si512(
      sum[0], _mm512_zextsi128_si512(_mm_cvtsi32_si128((int32_t)state)));
  bytes += 256, count -= 256;
  __m512i k = broadcast(fold_2048);
  for (; count >= 256; count -= 256, bytes += 256)
    for (int i = 0; i < 4; i++) {
      // The processor's own fetching ahead stops at the end of a page.
      __builtin_prefetch(bytes + 64 * i + 4096);
      sum[i] = folded_512(sum[i], k, _mm512_loadu_si512(bytes + 64 * i));
    }
  k = broadcast(fold_512);
  for (int i = 1; i < 4; i++) sum[i] = folded_512(sum[i - 1], k, sum[i]);
  __m128i rest = _mm512_extracti32x4_epi32(sum[3], 3);
  rest = folded_128(_mm512_extracti32x4_epi32(sum[3], 0), fold_384, rest);
  rest = folded_128(_mm512_extracti32x4_epi32(sum[3], 1), fold_256, rest);
  rest = folded_128(_mm512_extracti32x4_epi32(sum[3], 2), fold_128, rest);
  state = STEP_64(0, (uint64_t)_mm_extract_epi64(rest, 0));
  state = STEP_64(state, (uint64_t)_mm_extract_epi64(rest, 1));
  return hardware(state, bytes, count);
}

static int can_fold(void) {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("vpclmulqdq") &&
         __builtin_cpu_supports("pclmul");
}

static void prepare_folding(void) {
  fold_2048 = multipliers_for(2048);
  fold_512 = multipliers_for(512);
  fold_384 = multipliers_for(384);
  fold_256 = multipliers_for(256);
  fold_128 = multipliers_for(128);
}
#endif

static checksum *chosen = portable;

__attribute__((constructor)) static void prepare(void) {
  for (uint32_t byte = 0; byte < 256; byte++) {
    uint32_t state = byte;
    for (int bit = 0; bit < 8; bit++) state = (state >> 1) ^ (polynomial & -(state & 1));
    slices[0][byte] = state;
  }
  for (int k = 1; k < 8; k++)
    for (int byte = 0; byte < 256; byte++) slices[k][byte] = after_zeros(slices[k - 1][byte], 1);
#ifdef HARDWARE
  fill_joins(large_joins, large_lane);
  fill_joins(small_joins, small_lane);
  if (has_instruction()) chosen = hardware;
#endif
#if defined(__x86_64__)
  if (has_instruction() && can_fold()) {
    prepare_folding();
    chosen = folding;
  }
#endif
}

uint32_t varve_crc32c(uint32_t crc, const void *bytes, size_t count) {
  return ~chosen(~crc, bytes, count);
}

uint32_t varve_crc32c_portable(uint32_t crc, const void *bytes, size_t count) {
  return ~portable(~crc, bytes, count);
}
