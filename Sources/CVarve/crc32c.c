#include "CVarve.h"

// One table entry per byte value: the reflected Castagnoli polynomial 0x82F63B78.
static uint32_t step(uint32_t crc, uint8_t byte) {
  crc ^= byte;
  for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (0x82F63B78u & -(crc & 1));
  return crc;
}

uint32_t varve_crc32c(uint32_t crc, const void *bytes, size_t count) {
  const uint8_t *p = bytes;
  crc = ~crc;
  for (size_t i = 0; i < count; i++) crc = step(crc, p[i]);
  return ~crc;
}
