// What Swift cannot say itself: the processor's features, a pause inside a spinning loop, a hint that memory will be
// needed soon, and how many processors a process may use.
#ifndef NNRUN_PROCESSOR_SHIM_H
#define NNRUN_PROCESSOR_SHIM_H

// Fetches the cache line of an address, which need not be valid, for writing or for reading.
static inline void processor_prefetch_for_writing(const void *address) { __builtin_prefetch(address, 1, 3); }
static inline void processor_prefetch_for_reading(const void *address) { __builtin_prefetch(address, 0, 3); }

#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>

// Processors that the process may run on, of which a container or taskset may leave fewer than there are; 0 if the
// system does not say.
static inline int processor_allowed_count(void) {
  unsigned long mask[128] = {0};
  int count = 0;
  if (syscall(SYS_sched_getaffinity, 0, sizeof mask, mask) <= 0) return 0;
  for (int i = 0; i < 128; i++) count += __builtin_popcountl(mask[i]);
  return count;
}
#else
static inline int processor_allowed_count(void) { return 0; }
#endif

#if defined(__x86_64__)
#include <cpuid.h>

// Bits of XCR0: the register files that the operating system saves.
static inline unsigned long long processor_saved_state(void) {
  unsigned int a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & (1u << 27))) return 0;
  unsigned int low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return ((unsigned long long)high << 32) | low;
}

// The level of x86-64 (1, 3 or 4) that the processor and the operating system support.
static inline int processor_level(void) {
  unsigned int a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d)) return 1;
  const unsigned int needed1 = (1u << 0) | (1u << 9) | (1u << 12) | (1u << 13) | (1u << 19) | (1u << 20) |
                               (1u << 22) | (1u << 23) | (1u << 28) | (1u << 29);
  if ((c & needed1) != needed1) return 1;
  unsigned long long saved = processor_saved_state();
  if ((saved & 0x6) != 0x6) return 1;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return 1;
  const unsigned int needed7 = (1u << 3) | (1u << 5) | (1u << 8);
  if ((b & needed7) != needed7) return 1;
  const unsigned int wide = (1u << 16) | (1u << 17) | (1u << 28) | (1u << 30) | (1u << 31);
  unsigned int extended = 0;
  if (!__get_cpuid(0x80000001u, &a, &extended, &c, &d) || !(c & (1u << 5))) return 1;
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & wide) == wide && (saved & 0xe6) == 0xe6) return 4;
  return 3;
}

static inline void processor_pause(void) { __builtin_ia32_pause(); }

// A clock that costs some ten nanoseconds, in units of its own that do not change.
static inline unsigned long long processor_ticks(void) { return __builtin_ia32_rdtsc(); }
#else
static inline int processor_level(void) { return 1; }

#if defined(__aarch64__)
static inline void processor_pause(void) { __asm__ volatile("yield"); }
static inline unsigned long long processor_ticks(void) {
  unsigned long long ticks;
  __asm__ volatile("mrs %0, cntvct_el0" : "=r"(ticks));
  return ticks;
}
#else
static inline void processor_pause(void) {}
static inline unsigned long long processor_ticks(void) { return 0; }
#endif
#endif
#endif
