#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "bootstrap/config/json.h"
#include "bootstrap/config/utf8.h"

namespace sm::json {
namespace {

// The short escape of a character that has one, or 0.
char ShortEscape(uint32_t c) {
  switch (c) {
    case '"':
    case '\\':
      return static_cast<char>(c);
    case '\b':
      return 'b';
    case '\f':
      return 'f';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    default:
      return 0;
  }
}

void AppendUnicodeEscape(uint32_t unit, std::string& out) {
  absl::StrAppend(&out, "\\u", absl::Hex(unit, absl::kZeroPad4));
}

void AppendEscaped(uint32_t code_point, std::string& out) {
  if (const char escape = ShortEscape(code_point)) {
    out.push_back('\\');
    out.push_back(escape);
  } else if (code_point >= 0x10000) {
    AppendUnicodeEscape(0xD800 + ((code_point - 0x10000) >> 10), out);
    AppendUnicodeEscape(0xDC00 + ((code_point - 0x10000) & 0x3FF), out);
  } else {
    AppendUnicodeEscape(code_point, out);
  }
}

bool IsPlain(char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; }

void AppendString(absl::string_view text, std::string& out) {
  out.push_back('"');
  while (!text.empty()) {
    const size_t plain = static_cast<size_t>(
        std::distance(text.begin(), std::find_if_not(text.begin(), text.end(), IsPlain)));
    out.append(text.data(), plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    const CodePoint point = FirstCodePointOrEscape(text);
    AppendEscaped(point.value, out);
    text.remove_prefix(point.length);
  }
  out.push_back('"');
}

std::string FloatText(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  return FloatRepr(value);
}

class Dumper {
 public:
  explicit Dumper(std::string& out) : out_(out) {}

  void operator()(std::nullptr_t) { out_ += "null"; }
  void operator()(bool value) { out_ += value ? "true" : "false"; }
  void operator()(const Integer& value) { out_ += value.digits; }
  void operator()(double value) { out_ += FloatText(value); }
  void operator()(const std::string& value) { AppendString(value, out_); }

  void operator()(const Array& array) {
    const char* separator = "[";
    for (const Value& element : array) {
      out_ += separator;
      std::visit(*this, element.variant());
      separator = ",";
    }
    out_ += array.empty() ? "[]" : "]";
  }

  void operator()(const Object& object) {
    const char* separator = "{";
    for (const Object::Member* member : object.SortedMembers()) {
      out_ += separator;
      AppendString(member->first, out_);
      out_ += ':';
      std::visit(*this, member->second.variant());
      separator = ",";
    }
    out_ += object.empty() ? "{}" : "}";
  }

 private:
  std::string& out_;
};

// `digits` with a point after the first `whole` of them; zeros fill up on either side.
std::string FixedNotation(absl::string_view digits, int whole) {
  const int count = static_cast<int>(digits.size());
  if (whole <= 0) return absl::StrCat("0.", std::string(static_cast<size_t>(-whole), '0'), digits);
  if (whole < count) {
    const auto split = static_cast<size_t>(whole);
    return absl::StrCat(digits.substr(0, split), ".", digits.substr(split));
  }
  return absl::StrCat(digits, std::string(static_cast<size_t>(whole - count), '0'), ".0");
}

std::string ScientificNotation(absl::string_view digits, int exponent) {
  return absl::StrCat(digits.substr(0, 1), digits.size() > 1 ? "." : "", digits.substr(1), "e",
                      exponent < 0 ? "-" : "+", absl::Dec(std::abs(exponent), absl::kZeroPad2));
}

std::string Shortened(std::string text) {
  constexpr size_t kShown = 60;
  if (text.size() <= kShown) return text;
  return absl::StrCat(text.substr(0, kShown), "...");
}

}  // namespace

std::string FloatRepr(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  // The shortest digits that read back as `value`, "d.ddde[+-]dd"; only the layout is Python's own.
  char buffer[32];
  const auto written = std::to_chars(std::begin(buffer), std::end(buffer), std::fabs(value),
                                     std::chars_format::scientific);
  char* const e = std::find(std::begin(buffer), written.ptr, 'e');
  std::string digits(std::begin(buffer), e);
  digits.erase(std::remove(digits.begin(), digits.end(), '.'), digits.end());
  int exponent = 0;
  std::from_chars(e[1] == '+' ? e + 2 : e + 1, written.ptr, exponent);
  const bool fixed = exponent >= -4 && exponent < 16;
  return absl::StrCat(std::signbit(value) ? "-" : "", fixed ? FixedNotation(digits, exponent + 1)
                                                            : ScientificNotation(digits, exponent));
}

std::string Dump(const Value& value) {
  std::string out;
  std::visit(Dumper(out), value.variant());
  return out;
}

std::string Quote(absl::string_view text) { return Shortened(Dump(std::string(text))); }

std::string Describe(const Value& value) {
  const absl::string_view kind = KindName(value);
  if (value.is_null() || value.AsArray() || value.AsObject()) return std::string(kind);
  return absl::StrCat(kind, " (", Shortened(Dump(value)), ")");
}

}  // namespace sm::json
