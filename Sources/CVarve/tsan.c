// Swift's Mutex takes a contended lock inside the standard library, which ThreadSanitizer does not
// instrument: it then misses that the lock was passed on, and calls what it guards a race. In
// builds for the sanitizer this definition stands before the library's. It waits in a loop instead
// of in the kernel, so the lock word is only ever changed by atomics that the sanitizer sees.

#if defined(__has_feature)
#if __has_feature(thread_sanitizer) && defined(__linux__)

#include <sched.h>
#include <stdint.h>

// Synchronization._MutexHandle._lockSlow(UInt32) -> (): the word is 0, or the owner's thread.
__attribute__((swiftcall)) void varve_tsan_lock_slow(
    uint32_t thread, __attribute__((swift_context)) uint32_t *word)
    __asm__("$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF");

__attribute__((swiftcall)) void varve_tsan_lock_slow(
    uint32_t thread, __attribute__((swift_context)) uint32_t *word) {
  uint32_t unlocked = 0;
  while (!__atomic_compare_exchange_n(
      word, &unlocked, thread, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
    unlocked = 0;
    sched_yield();
  }
}

#endif
#endif
