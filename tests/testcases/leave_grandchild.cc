// leave_grandchild [CODE]: exits with CODE and leaves a process behind in its group that holds its
// pipes for ever. Says "grandchild <pid>" first.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char** argv) {
  pid_t pid = fork();
  if (pid == 0) {
    signal(SIGTERM, SIG_IGN);
    while (true) pause();
  }
  printf("grandchild %d\n", pid);
  fflush(stdout);
  return argc > 1 ? atoi(argv[1]) : 0;
}
