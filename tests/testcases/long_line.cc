// long_line BYTES [newline]: that many bytes of the alphabet, over and over, without a newline, or
// with one at the end.
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char** argv) {
  if (argc < 2) return 99;
  char block[26 * 1024];
  for (size_t i = 0; i < sizeof block; ++i) block[i] = static_cast<char>('a' + i % 26);
  size_t left = strtoull(argv[1], nullptr, 10);
  size_t at = 0;
  while (left > 0) {
    size_t wanted = sizeof block - at < left ? sizeof block - at : left;
    ssize_t n = write(STDOUT_FILENO, block + at, wanted);
    if (n <= 0) return 98;
    left -= static_cast<size_t>(n);
    at = (at + static_cast<size_t>(n)) % sizeof block;
  }
  if (argc > 2 && write(STDOUT_FILENO, "\n", 1) != 1) return 98;
  return 0;
}
