#include "bootstrap/environment/python_str.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "bootstrap/config/utf8.h"
#include "bootstrap/environment/unicode_tables.h"

namespace sm {
namespace {

// The last entry of a sorted table whose key is not above `code_point`, or null.
template <typename Entry, typename Key>
const Entry* LastNotAbove(const Entry* begin, const Entry* end, uint32_t code_point, Key key) {
  const Entry* it = std::upper_bound(
      begin, end, code_point, [&](uint32_t c, const Entry& entry) { return c < entry.*key; });
  return it == begin ? nullptr : it - 1;
}

bool IsPrintable(uint32_t code_point) {
  if (code_point < 0x80) return code_point >= 0x20 && code_point != 0x7F;
  const auto* range = LastNotAbove(kUnprintable, kUnprintable + kUnprintableCount, code_point,
                                   &CodePointRange::first);
  return range == nullptr || code_point > range->last;
}

void AppendUpper(uint32_t code_point, std::string& out) {
  const auto* special = LastNotAbove(kUpperSpecials, kUpperSpecials + kUpperSpecialsCount,
                                     code_point, &UpperSpecial::code_point);
  if (special != nullptr && special->code_point == code_point) {
    out += special->upper;
    return;
  }
  const auto* range =
      LastNotAbove(kUpperRanges, kUpperRanges + kUpperRangesCount, code_point, &UpperRange::first);
  const bool mapped = range != nullptr && code_point <= range->last &&
                      (code_point - range->first) % range->step == 0;
  const int64_t upper = int64_t{code_point} + (mapped ? range->delta : 0);
  AppendCodePoint(static_cast<uint32_t>(upper), out);
}

void AppendEscape(uint32_t code_point, std::string& out) {
  if (code_point == '\t' || code_point == '\n' || code_point == '\r') {
    out += code_point == '\t' ? "\\t" : code_point == '\n' ? "\\n" : "\\r";
  } else if (code_point <= 0xFF) {
    absl::StrAppend(&out, "\\x", absl::Hex(code_point, absl::kZeroPad2));
  } else if (code_point <= 0xFFFF) {
    absl::StrAppend(&out, "\\u", absl::Hex(code_point, absl::kZeroPad4));
  } else {
    absl::StrAppend(&out, "\\U", absl::Hex(code_point, absl::kZeroPad8));
  }
}

void AppendQuoted(absl::string_view text, std::string& out) {
  const bool use_double = absl::StrContains(text, '\'') && !absl::StrContains(text, '"');
  const char quote = use_double ? '"' : '\'';
  out.push_back(quote);
  while (!text.empty()) {
    const CodePoint point = FirstCodePointOrEscape(text);
    const bool is_quote = point.value == static_cast<uint32_t>(quote);
    if (is_quote || point.value == '\\') out.push_back('\\');
    if (IsPrintable(point.value)) {
      out.append(text.data(), point.length);
    } else {
      AppendEscape(point.value, out);
    }
    text.remove_prefix(point.length);
  }
  out.push_back(quote);
}

class Representer {
 public:
  explicit Representer(std::string& out) : out_(out) {}

  void operator()(std::nullptr_t) { out_ += "None"; }
  void operator()(bool value) { out_ += value ? "True" : "False"; }
  void operator()(const json::Integer& value) { out_ += value.digits; }
  void operator()(double value) { out_ += json::FloatRepr(value); }
  void operator()(const std::string& value) { AppendQuoted(value, out_); }

  void operator()(const json::Array& array) {
    out_ += '[';
    const char* separator = "";
    for (const json::Value& element : array) {
      out_ += separator;
      std::visit(*this, element.variant());
      separator = ", ";
    }
    out_ += ']';
  }

  void operator()(const json::Object& object) {
    out_ += '{';
    const char* separator = "";
    for (const auto& [key, value] : object.members()) {
      out_ += separator;
      AppendQuoted(key, out_);
      out_ += ": ";
      std::visit(*this, value.variant());
      separator = ", ";
    }
    out_ += '}';
  }

 private:
  std::string& out_;
};

}  // namespace

std::string PythonRepr(const json::Value& value) {
  std::string out;
  std::visit(Representer(out), value.variant());
  return out;
}

std::string PythonStr(const json::Value& value) {
  const std::string* text = value.AsString();
  return text != nullptr ? *text : PythonRepr(value);
}

std::string PythonUpper(absl::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::optional<CodePoint> point = FirstCodePoint(text);
    if (!point || point->value < 0x80) {
      out.push_back(absl::ascii_toupper(static_cast<unsigned char>(text.front())));
    } else {
      AppendUpper(point->value, out);
    }
    text.remove_prefix(point ? point->length : 1);
  }
  return out;
}

}  // namespace sm
