// print_state: what it was born with, one "name: value" per line.
#include <dirent.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <initializer_list>

namespace {

void PrintStatusLine(const char* name) {
  FILE* status = fopen("/proc/self/status", "re");
  char line[256];
  while (status != nullptr && fgets(line, sizeof line, status) != nullptr) {
    if (strncmp(line, name, strlen(name)) == 0) fputs(line, stdout);
  }
  if (status != nullptr) fclose(status);
}

void PrintDescriptors() {
  DIR* directory = opendir("/proc/self/fd");
  if (directory == nullptr) return;
  bool open[256] = {};
  while (dirent* entry = readdir(directory)) {
    int fd = entry->d_name[0] == '.' ? -1 : atoi(entry->d_name);
    if (fd >= 0 && fd < 256 && fd != dirfd(directory)) open[fd] = true;
  }
  closedir(directory);
  printf("descriptors:");
  for (int fd = 0; fd < 256; ++fd) {
    if (open[fd]) printf(" %d", fd);
  }
  printf("\n");
}

}  // namespace

int main(int argc, char** argv) {
  for (const char* name : {"SigBlk", "SigIgn", "SigCgt"}) PrintStatusLine(name);
  PrintDescriptors();
  char path[PATH_MAX] = "";
  if (readlink("/proc/self/fd/0", path, sizeof path - 1) < 0) return 98;
  printf("stdin: %s\n", path);
  printf("leads its group: %d\n", getpgrp() == getpid());
  int death_signal = 0;
  prctl(PR_GET_PDEATHSIG, &death_signal);
  printf("parent-death signal: %d\n", death_signal);
  printf("parent: %d\n", getppid());
  if (getcwd(path, sizeof path) == nullptr) return 98;
  printf("directory: %s\n", path);
  for (int i = 0; i < argc; ++i) printf("argv[%d]: %s\n", i, argv[i]);
  for (char** entry = environ; *entry != nullptr; ++entry) printf("env: %s\n", *entry);
  return 0;
}
