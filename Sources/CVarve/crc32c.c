// CRC32C (Castagnoli, RFC 3720 appendix B.4), reflected, polynomial 0x82F63B78.
//
// Three implementations behind one function pointer, chosen once at load time:
// - the CPU's instruction (SSE4.2, ARMv8 CRC). It takes 3 cycles but a new one can start in each,
//   so buffers are cut into three parallel lanes whose results are joined afterwards;
// - slicing by 8, for CPUs without it.
#include "CVarve.h"

#include <string.h>

#if defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif
#if defined(__x86_64__)
#include <nmmintrin.h>
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
  for (; count > 0; count--) state = STEP_8(state, *bytes++);
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
}

uint32_t varve_crc32c(uint32_t crc, const void *bytes, size_t count) {
  return ~chosen(~crc, bytes, count);
}

uint32_t varve_crc32c_portable(uint32_t crc, const void *bytes, size_t count) {
  return ~portable(~crc, bytes, count);
}
