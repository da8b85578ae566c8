// die_by_signal NUMBER: sends itself the signal, without leaving a core file.
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

int main(int argc, char** argv) {
  if (argc != 2) return 99;
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  kill(getpid(), atoi(argv[1]));
  return 98;  // The signal was blocked or ignored.
}
