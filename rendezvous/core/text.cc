#include "rendezvous/core/text.h"

#include "absl/strings/str_cat.h"

namespace sm::rendezvous {

std::string Bounded(absl::string_view text, size_t limit) {
  if (text.size() <= limit) return {text.data(), text.size()};
  size_t end = limit - 3;
  auto continues = [&](size_t i) { return (static_cast<unsigned char>(text[i]) & 0xC0) == 0x80; };
  // A UTF-8 sequence has at most three continuation bytes; bytes that are no UTF-8 are cut
  // anywhere.
  for (int steps = 0; steps < 3 && end > 0 && continues(end); ++steps) --end;
  return absl::StrCat(text.substr(0, end), "...");
}

std::string HumanDuration(absl::Duration d) {
  if (d < absl::Seconds(1)) return absl::FormatDuration(absl::Trunc(d, absl::Milliseconds(1)));
  return absl::FormatDuration(absl::Floor(d + absl::Milliseconds(500), absl::Seconds(1)));
}

std::string Count(int n, absl::string_view noun) {
  return absl::StrCat(n, " ", noun, n == 1 ? "" : "s");
}

}  // namespace sm::rendezvous
