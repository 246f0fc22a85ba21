// The ceilings that benchmarks are held against, as loops a C programmer would write, and a count
// of allocations.
#pragma once

#include <stddef.h>
#include <stdint.h>

/// The allocations of the calling thread so far, by whatever of malloc's family. Always 0 under a
/// sanitizer, and where the C library is not glibc.
uint64_t bench_allocations(void);

/// A new file of `byte_count` bytes with blocks on the disk, mapped shared; NULL on failure.
void *bench_map_new(const char *path, size_t byte_count);

/// A file mapped read-only, and its size; NULL on failure.
const void *bench_map(const char *path, size_t *byte_count);

void bench_unmap(const void *start, size_t byte_count);

/// Stores `batch_count` batches: a header's room, then copies of the pool's records, each behind
/// `prefix` bytes, then the batch's CRC32C. Returns the bytes stored.
size_t bench_append(
    uint8_t *to, const uint8_t *pool, size_t pool_records, size_t record_bytes, size_t prefix,
    size_t batch_records, size_t batch_count);

/// Walks a file of uncompressed record batches, checks each CRC32C, and sums the first eight bytes
/// of every value. Counts the records in `records`. Returns 0 for damage.
uint64_t bench_replay(const uint8_t *from, size_t byte_count, uint64_t *records);

/// Sums the CRC32C of `chunk` bytes at a time.
uint64_t bench_checksum(const uint8_t *from, size_t byte_count, size_t chunk);
