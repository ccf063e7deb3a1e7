/* Make each fsync and fdatasync take as long as on an ordinary server's disk.
 *
 * cc -shared -fPIC -o slow_sync.so slow_sync.c; SYNC_MICROSECONDS=1000 LD_PRELOAD=./slow_sync.so …
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

static void wait_for_disk(void) {
  const char *told = getenv("SYNC_MICROSECONDS");
  long nanoseconds = told ? atol(told) * 1000 : 0;
  struct timespec pause = {nanoseconds / 1000000000, nanoseconds % 1000000000};
  nanosleep(&pause, NULL);
}

static int after_waiting(const char *name, int file) {
  int (*sync)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  wait_for_disk();
  return sync(file);
}

int fsync(int file) { return after_waiting("fsync", file); }

int fdatasync(int file) { return after_waiting("fdatasync", file); }
