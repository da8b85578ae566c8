#include "bootstrap/config/utf8.h"

namespace sm {
namespace {

uint32_t ByteAt(absl::string_view text, size_t i) { return static_cast<unsigned char>(text[i]); }

// How many bytes a sequence has that starts with `lead`; 0 when none starts so.
size_t SequenceLength(uint32_t lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead < 0xE0) return 2;
  if (lead >= 0xE0 && lead < 0xF0) return 3;
  if (lead >= 0xF0 && lead < 0xF5) return 4;
  return 0;
}

}  // namespace

std::optional<CodePoint> FirstCodePoint(absl::string_view text) {
  if (text.empty()) return std::nullopt;
  const size_t length = SequenceLength(ByteAt(text, 0));
  if (length == 0 || length > text.size()) return std::nullopt;
  if (length == 1) return CodePoint{ByteAt(text, 0), 1};
  uint32_t value = ByteAt(text, 0) & (0xFFU >> (length + 1));
  for (size_t i = 1; i < length; ++i) {
    if ((ByteAt(text, i) & 0xC0) != 0x80) return std::nullopt;
    value = value << 6 | (ByteAt(text, i) & 0x3F);
  }
  const bool overlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
  if (overlong || value > 0x10FFFF) return std::nullopt;
  return CodePoint{value, length};
}

CodePoint FirstCodePointOrEscape(absl::string_view text) {
  if (std::optional<CodePoint> point = FirstCodePoint(text)) return *point;
  return CodePoint{0xDC00 + ByteAt(text, 0), 1};
}

void AppendCodePoint(uint32_t code_point, std::string& out) {
  const auto trail = [&](int shift) {
    out.push_back(static_cast<char>(0x80 | (code_point >> shift & 0x3F)));
  };
  if (code_point < 0x80) {
    out.push_back(static_cast<char>(code_point));
  } else if (code_point < 0x800) {
    out.push_back(static_cast<char>(0xC0 | code_point >> 6));
    trail(0);
  } else if (code_point < 0x10000) {
    out.push_back(static_cast<char>(0xE0 | code_point >> 12));
    trail(6);
    trail(0);
  } else {
    out.push_back(static_cast<char>(0xF0 | code_point >> 18));
    trail(12);
    trail(6);
    trail(0);
  }
}

std::string ToOsString(absl::string_view held) {
  std::string out;
  out.reserve(held.size());
  while (!held.empty()) {
    const CodePoint point = FirstCodePointOrEscape(held);
    if (point.length == 3 && point.value >= 0xDC80 && point.value <= 0xDCFF) {
      out.push_back(static_cast<char>(point.value - 0xDC00));
    } else {
      out.append(held.data(), point.length);
    }
    held.remove_prefix(point.length);
  }
  return out;
}

}  // namespace sm
