#include "bootstrap/code/shebang.h"

#include "absl/strings/strip.h"

namespace sm {
namespace {

constexpr char kBlanks[] = " \t";

absl::string_view StripBlanks(absl::string_view text) {
  size_t first = text.find_first_not_of(kBlanks);
  if (first == absl::string_view::npos) return "";
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

}  // namespace

std::optional<std::vector<std::string>> ParseShebang(absl::string_view text) {
  absl::string_view line = text.substr(0, text.find_first_of(absl::string_view("\n\0", 2)));
  if (!absl::ConsumePrefix(&line, "#!")) return std::nullopt;
  line = StripBlanks(line);
  if (line.empty()) return std::nullopt;
  size_t end = line.find_first_of(kBlanks);
  std::vector<std::string> words = {std::string(line.substr(0, end))};
  if (end != absl::string_view::npos) words.emplace_back(StripBlanks(line.substr(end)));
  return words;
}

}  // namespace sm
