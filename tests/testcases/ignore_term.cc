// ignore_term: says "ready <pid>" once it ignores every polite request to end, and stays.
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include <initializer_list>

int main() {
  for (int signo : {SIGTERM, SIGINT, SIGHUP}) signal(signo, SIG_IGN);
  printf("ready %d\n", getpid());
  fflush(stdout);
  while (true) pause();
}
