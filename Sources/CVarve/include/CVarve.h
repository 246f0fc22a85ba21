// What Swift's Glibc module lacks, and what only C can say.
#ifndef CVARVE_H
#define CVARVE_H

#include <stddef.h>
#include <stdint.h>

/// CRC32C (Castagnoli, RFC 3720) of `count` bytes, continuing from `crc` (0 to start).
uint32_t varve_crc32c(uint32_t crc, const void *bytes, size_t count);

/// Stores 32 bits that another thread or process loads with `varve_load_acquire_32`:
/// everything stored before is visible to whoever sees the value.
static inline void varve_store_release_32(void *address, uint32_t value) {
  __atomic_store_n((uint32_t *)address, value, __ATOMIC_RELEASE);
}

/// Loads 32 bits stored by `varve_store_release_32`.
static inline uint32_t varve_load_acquire_32(const void *address) {
  return __atomic_load_n((const uint32_t *)address, __ATOMIC_ACQUIRE);
}

#endif
