#ifdef __linux__
#define _GNU_SOURCE
#endif
#include "CBenchmarks.h"

#include <CVarve.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

void *bench_map_new(const char *path, size_t byte_count) {
  int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0644);
  if (fd < 0) return NULL;
  void *start = MAP_FAILED;
  if (posix_fallocate(fd, 0, (off_t)byte_count) == 0)
    start = mmap(NULL, byte_count, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
#ifdef MADV_HUGEPAGE
  if (start != MAP_FAILED) madvise(start, byte_count, MADV_HUGEPAGE);
#endif
  return start == MAP_FAILED ? NULL : start;
}

const void *bench_map(const char *path, size_t *byte_count) {
  int fd = open(path, O_RDONLY);
  if (fd < 0) return NULL;
  struct stat status;
  void *start = MAP_FAILED;
  if (fstat(fd, &status) == 0) {
    *byte_count = (size_t)status.st_size;
    start = mmap(NULL, *byte_count, PROT_READ, MAP_SHARED, fd, 0);
  }
  close(fd);
  return start == MAP_FAILED ? NULL : start;
}

void bench_unmap(const void *start, size_t byte_count) { munmap((void *)start, byte_count); }

// Of a record batch v2 (KIP-98): where its length, checksum and attributes are, and its end.
enum { length_at = 8, checksum_at = 17, attributes_at = 21, count_at = 57, header_bytes = 61 };

size_t bench_append(
    uint8_t *to, const uint8_t *pool, size_t pool_records, size_t record_bytes, size_t prefix,
    size_t batch_records, size_t batch_count) {
  uint8_t *start = to;
  size_t next = 0;
  for (size_t batch = 0; batch < batch_count; batch++) {
    uint8_t *header = to;
    memset(header, 0, header_bytes);
    to += header_bytes;
    for (size_t i = 0; i < batch_records; i++) {
      memset(to, (int)i, prefix);
      memcpy(to + prefix, pool + next * record_bytes, record_bytes);
      to += prefix + record_bytes;
      if (++next == pool_records) next = 0;
    }
    uint32_t crc = varve_crc32c(0, header + attributes_at, (size_t)(to - header) - attributes_at);
    memcpy(header + checksum_at, &crc, sizeof crc);
  }
  return (size_t)(to - start);
}

static uint32_t big_endian_32(const uint8_t *bytes) {
  uint32_t value;
  memcpy(&value, bytes, sizeof value);
  return __builtin_bswap32(value);
}

static inline int64_t varint(const uint8_t **bytes) {
  uint64_t value = 0;
  for (int shift = 0;; shift += 7) {
    uint8_t byte = *(*bytes)++;
    value |= (uint64_t)(byte & 0x7F) << shift;
    if (!(byte & 0x80)) return (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
  }
}

uint64_t bench_replay(const uint8_t *from, size_t byte_count, uint64_t *records) {
  uint64_t sum = 0;
  const uint8_t *end = from + byte_count;
  while (from + header_bytes <= end && big_endian_32(from + length_at) != 0) {
    size_t size = 12 + big_endian_32(from + length_at);
    if (from + size > end) return 0;
    uint32_t crc = varve_crc32c(0, from + attributes_at, size - attributes_at);
    if (crc != big_endian_32(from + checksum_at)) return 0;
    uint32_t count = big_endian_32(from + count_at);
    const uint8_t *record = from + header_bytes;
    for (uint32_t i = 0; i < count; i++) {
      int64_t length = varint(&record);
      const uint8_t *field = record + 1;
      varint(&field);
      varint(&field);
      int64_t key = varint(&field);
      if (key > 0) field += key;
      if (varint(&field) >= 8) {
        uint64_t word;
        memcpy(&word, field, sizeof word);
        sum += word;
      }
      record += length;
    }
    *records += count;
    from += size;
  }
  return sum;
}

uint64_t bench_checksum(const uint8_t *from, size_t byte_count, size_t chunk) {
  uint64_t sum = 0;
  for (; byte_count >= chunk; byte_count -= chunk, from += chunk)
    sum += varve_crc32c(0, from, chunk);
  return sum;
}
