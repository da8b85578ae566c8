// bench_line_source MEGABYTES: that many million bytes of 120-byte lines, as fast as they are
// taken.
#include <stdlib.h>
#include <unistd.h>

#include <string>

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::string line = std::string(119, 'x') + "\n";
  std::string block;
  while (block.size() + line.size() <= size_t{128} << 10) block += line;
  size_t left = strtoull(argv[1], nullptr, 10) * 1'000'000 / line.size() * line.size();
  size_t at = 0;
  while (left > 0) {
    size_t wanted = block.size() - at < left ? block.size() - at : left;
    ssize_t n = write(STDOUT_FILENO, block.data() + at, wanted);
    if (n <= 0) return 1;
    left -= static_cast<size_t>(n);
    at = (at + static_cast<size_t>(n)) % block.size();
  }
  return 0;
}
