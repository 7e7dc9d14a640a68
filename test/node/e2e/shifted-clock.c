// A clock that is ahead: preloaded, this adds EDGEKEEP_CLOCK_AHEAD_SECONDS to the time of day. Monotonic clocks stay as they
// are, and with them every timer of Node and of workerd: neither waits for a time of day. It asks the kernel by itself:
// Debian's libfaketime hangs workerd.

#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static time_t ahead;

// Before main, and so before there is a second thread.
__attribute__((constructor)) static void read_ahead(void) {
  const char *seconds = getenv("EDGEKEEP_CLOCK_AHEAD_SECONDS");
  if (seconds != NULL) ahead = (time_t)atoll(seconds);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
  const int status = (int)syscall(SYS_clock_gettime, clock, now);
  if (status == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += ahead;
  return status;
}

int gettimeofday(struct timeval *now, void *zone) {
  const int status = (int)syscall(SYS_gettimeofday, now, zone);
  if (status == 0) now->tv_sec += ahead;
  return status;
}

time_t time(time_t *copy) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (copy != NULL) *copy = now.tv_sec;
  return now.tv_sec;
}
