// What Swift's Glibc module lacks, and what only C can say.
#ifndef CVARVE_H
#define CVARVE_H

#include <stddef.h>
#include <stdint.h>

/// CRC32C (Castagnoli, RFC 3720) of `count` bytes, continuing from `crc` (0 to start).
uint32_t varve_crc32c(uint32_t crc, const void *bytes, size_t count);

/// As `varve_crc32c`, without the CPU's instruction.
uint32_t varve_crc32c_portable(uint32_t crc, const void *bytes, size_t count);

/// Starts to bring bytes near the processor that will be read soon. A hint: any address will do.
static inline void varve_prefetch(const void *bytes, size_t count) {
  for (size_t i = 0; i < count; i += 64) __builtin_prefetch((const char *)bytes + i, 0, 2);
}

/// Stores 32 bits that another thread or process loads with `varve_load_acquire_32`:
/// everything stored before is visible to whoever sees the value.
static inline void varve_store_release_32(void *address, uint32_t value) {
  __atomic_store_n((uint32_t *)address, value, __ATOMIC_RELEASE);
}

/// Loads 32 bits stored by `varve_store_release_32`.
static inline uint32_t varve_load_acquire_32(const void *address) {
  return __atomic_load_n((const uint32_t *)address, __ATOMIC_ACQUIRE);
}

/// Grows a file to `count` bytes whose blocks are reserved on the disk; never cuts it.
/// -1 and `errno` where that fails: then some blocks may have been added.
int varve_allocate(int fd, int64_t count);

/// Makes a file's bytes and size durable: `fdatasync`, or what a Mac has for it.
int varve_sync_data(int fd);

/// Makes the whole file system that holds `fd` durable: `syncfs`.
int varve_sync_file_system(int fd);

#endif
