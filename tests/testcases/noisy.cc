// noisy NAME LINES LONGEST: as many lines on each of both streams, alternately, of all lengths up
// to LONGEST, in writes that do not care where lines end. Each is "NAME o|e NUMBER LENGTH xxx…"
// with LENGTH times x.
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <initializer_list>
#include <string>

namespace {

// xorshift; deterministic, so that runs can be compared.
unsigned Next(unsigned& state) {
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state;
}

bool WriteInPieces(int fd, const std::string& text, unsigned& state) {
  for (size_t at = 0; at < text.size();) {
    size_t piece = 1 + Next(state) % 5000;
    if (piece > text.size() - at) piece = text.size() - at;
    ssize_t n = write(fd, text.data() + at, piece);
    if (n <= 0) return false;
    at += static_cast<size_t>(n);
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 99;
  unsigned state = 2463534242U;
  for (const char* c = argv[1]; *c != '\0'; ++c) state = state * 31 + static_cast<unsigned>(*c);
  const unsigned longest = static_cast<unsigned>(atoi(argv[3]));
  for (int i = 0; i < atoi(argv[2]); ++i) {
    for (int fd : {STDOUT_FILENO, STDERR_FILENO}) {
      // Mostly short, now and then of any length.
      unsigned length = Next(state) % (Next(state) % 16 == 0 ? longest + 1 : 150);
      std::string line = std::string(argv[1]) + (fd == STDOUT_FILENO ? " o " : " e ") +
                         std::to_string(i) + " " + std::to_string(length) + " " +
                         std::string(length, 'x') + "\n";
      if (!WriteInPieces(fd, line, state)) return 98;
    }
  }
  return 0;
}
