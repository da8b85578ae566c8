// close_stdout: writes a line, closes its stdout, goes on writing to stderr, and exits with 3.
#include <string.h>
#include <unistd.h>

int main() {
  const char first[] = "before\n";
  const char second[] = "after\n";
  if (write(STDOUT_FILENO, first, strlen(first)) < 0) return 98;
  close(STDOUT_FILENO);
  if (write(STDERR_FILENO, second, strlen(second)) < 0) return 98;
  return 3;
}
