// UTF-8 one code point at a time, for text that may hold what strict UTF-8 forbids.
//
// Python strings can contain lone surrogates, and environment variables any byte. Such strings are
// held in generalised UTF-8: a surrogate takes the three bytes that its code point would have.
#ifndef SM_BOOTSTRAP_CONFIG_UTF8_H_
#define SM_BOOTSTRAP_CONFIG_UTF8_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace sm {

struct CodePoint {
  uint32_t value = 0;
  size_t length = 0;  // bytes that it takes
};

inline bool IsSurrogate(uint32_t code_point) {
  return code_point >= 0xD800 && code_point <= 0xDFFF;
}

// The code point at the start of `text`, surrogates included; absent when `text` is empty or does
// not start with a well-formed sequence.
std::optional<CodePoint> FirstCodePoint(absl::string_view text);

// As FirstCodePoint(), but a byte that belongs to no sequence becomes the surrogate U+DC00 + byte,
// which is Python's surrogateescape. `text` must not be empty.
CodePoint FirstCodePointOrEscape(absl::string_view text);

// Appends `code_point` (below 0x110000; surrogates are fine) to `out`.
void AppendCodePoint(uint32_t code_point, std::string& out);

// The bytes that a process is given for a held string: U+DC80…U+DCFF become the single bytes that
// they stand for, as os.fsencode() has it. Other lone surrogates, which Python could not pass on at
// all, keep their three bytes.
std::string ToOsString(absl::string_view held);

}  // namespace sm

#endif  // SM_BOOTSTRAP_CONFIG_UTF8_H_
