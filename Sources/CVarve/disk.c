// Linux hides `fallocate` and `syncfs` behind this; Swift's Glibc module is built without it.
#define _GNU_SOURCE
#include "CVarve.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int varve_allocate(int fd, int64_t count) {
#ifdef __linux__
  return fallocate(fd, 0, 0, count);
#else
  off_t size = lseek(fd, 0, SEEK_END);
  if (size < 0) return -1;
  if (size >= count) return 0;
  fstore_t store = {F_ALLOCATEALL, F_PEOFPOSMODE, 0, count - size, 0};
  if (fcntl(fd, F_PREALLOCATE, &store) < 0) return -1;
  return ftruncate(fd, count);
#endif
}

int varve_sync_data(int fd) {
#ifdef __linux__
  return fdatasync(fd);
#else
  return fcntl(fd, F_FULLFSYNC);
#endif
}

int varve_sync_file_system(int fd) {
#ifdef __linux__
  return syncfs(fd);
#else
  (void)fd;
  sync();
  return 0;
#endif
}
