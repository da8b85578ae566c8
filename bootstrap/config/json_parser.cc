// A recursive descent over the text, one function per production.
#include <algorithm>
#include <charconv>
#include <iterator>
#include <limits>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "bootstrap/base/status_macros.h"
#include "bootstrap/config/json.h"
#include "bootstrap/config/utf8.h"

namespace sm::json {
namespace {

constexpr absl::string_view kByteOrderMark = "\xEF\xBB\xBF";

// The position of the first byte that is not UTF-8, or npos.
size_t FirstBadByte(absl::string_view text, bool surrogates_allowed) {
  size_t at = 0;
  while (at < text.size()) {
    const std::optional<CodePoint> point = FirstCodePoint(text.substr(at));
    if (!point || (!surrogates_allowed && IsSurrogate(point->value))) return at;
    at += point->length;
  }
  return absl::string_view::npos;
}

// Where `text` at `at` is, as an editor counts: from 1, in characters.
std::string Location(absl::string_view text, size_t at) {
  const absl::string_view before = text.substr(0, at);
  const size_t newline = before.rfind('\n');
  const absl::string_view line =
      newline == absl::string_view::npos ? before : before.substr(newline + 1);
  const auto starts_character = [](char c) { return (c & 0xC0) != 0x80; };
  return absl::StrCat("line ", std::count(before.begin(), before.end(), '\n') + 1, ", column ",
                      std::count_if(line.begin(), line.end(), starts_character) + 1);
}

// What an error message shows of the text from `at` on.
std::string Found(absl::string_view text, size_t at) {
  if (at >= text.size()) return "the end of the text";
  const absl::string_view rest = text.substr(at);
  if (!FirstCodePoint(rest)) {
    return absl::StrCat("byte 0x", absl::Hex(static_cast<unsigned char>(rest[0]), absl::kZeroPad2));
  }
  const auto ends_word = [](char c) { return !absl::ascii_isalnum(c) && c != '.' && c != '-'; };
  const auto word_end = std::find_if(rest.begin(), rest.end(), ends_word);
  const auto word = static_cast<size_t>(std::distance(rest.begin(), word_end));
  constexpr size_t kShown = 20;
  const size_t shown = word == 0 ? FirstCodePoint(rest)->length : std::min(word, kShown);
  return Dump(std::string(rest.substr(0, shown)));
}

// What from_chars() leaves out: too large becomes infinite and too small zero. `number` matches
// JSON's grammar and is not zero.
double OutOfRangeValue(absl::string_view number) {
  const bool negative = absl::ConsumePrefix(&number, "-");
  const size_t e = std::min(number.find_first_of("eE"), number.size());
  const size_t point = std::min(number.find('.'), e);
  const size_t first_digit = number.find_first_of("123456789");
  int64_t exponent = 0;
  if (e < number.size()) {
    absl::string_view text = number.substr(e + 1);
    absl::ConsumePrefix(&text, "+");
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), exponent);
    // No text is so long that its digits could outweigh such an exponent.
    constexpr int64_t kHuge = std::numeric_limits<int64_t>::max() / 4;
    if (parsed.ec != std::errc()) exponent = text[0] == '-' ? -kHuge : kHuge;
  }
  const int64_t magnitude =
      exponent + static_cast<int64_t>(point) - static_cast<int64_t>(first_digit);
  const double value = magnitude > 0 ? std::numeric_limits<double>::infinity() : 0.0;
  return negative ? -value : value;
}

double ToDouble(absl::string_view number) {
  double value = 0;
  const auto result = std::from_chars(number.data(), number.data() + number.size(), value);
  return result.ec == std::errc::result_out_of_range ? OutOfRangeValue(number) : value;
}

class Parser {
 public:
  explicit Parser(absl::string_view text) : text_(text) {}

  absl::StatusOr<Value> ParseText() {
    SkipWhitespace();
    SM_ASSIGN_OR_RETURN(Value value, ParseValue());
    SkipWhitespace();
    if (at_ < text_.size()) return Unexpected("the end of the text");
    return value;
  }

 private:
  absl::Status Unexpected(absl::string_view expected) const {
    return absl::InvalidArgumentError(
        absl::StrCat(Location(text_, at_), ": found ", Found(text_, at_), ", expected ", expected));
  }

  char Peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  void SkipWhitespace() { at_ = std::min(text_.find_first_not_of(" \t\n\r", at_), text_.size()); }

  // Skips whitespace, then `c` if it comes next.
  bool Consume(char c) {
    SkipWhitespace();
    if (Peek() != c || at_ == text_.size()) return false;
    ++at_;
    return true;
  }

  absl::StatusOr<Value> ParseValue() {
    switch (Peek()) {
      case '{':
        return ParseNested(&Parser::ParseObject);
      case '[':
        return ParseNested(&Parser::ParseArray);
      case '"':
        return ParseString();
      default:
        return ParseScalar();
    }
  }

  absl::StatusOr<Value> ParseNested(absl::StatusOr<Value> (Parser::*parse)()) {
    if (nesting_ == kMaxNesting) {
      return absl::OutOfRangeError(absl::StrCat(Location(text_, at_),
                                                ": found nesting deeper than ", kMaxNesting,
                                                " levels, expected less"));
    }
    ++nesting_;
    ++at_;
    absl::StatusOr<Value> value = (this->*parse)();
    --nesting_;
    return value;
  }

  absl::StatusOr<Value> ParseArray() {
    Array array;
    if (Consume(']')) return array;
    do {
      SkipWhitespace();
      SM_ASSIGN_OR_RETURN(Value element, ParseValue());
      array.push_back(std::move(element));
    } while (Consume(','));
    if (!Consume(']')) return Unexpected("',' or ']'");
    return array;
  }

  absl::StatusOr<Value> ParseObject() {
    Object object;
    if (Consume('}')) return object;
    do {
      SkipWhitespace();
      if (Peek() != '"') return Unexpected("a name in double quotes");
      SM_ASSIGN_OR_RETURN(std::string name, ParseString());
      if (!Consume(':')) return Unexpected("':'");
      SkipWhitespace();
      SM_ASSIGN_OR_RETURN(Value value, ParseValue());
      object.Set(std::move(name), std::move(value));
    } while (Consume(','));
    if (!Consume('}')) return Unexpected("',' or '}'");
    return object;
  }

  absl::StatusOr<std::string> ParseString() {
    std::string out;
    ++at_;
    while (true) {
      const auto special = std::find_if(
          text_.begin() + static_cast<std::ptrdiff_t>(at_), text_.end(),
          [](char c) { return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20; });
      const auto run_end = static_cast<size_t>(std::distance(text_.begin(), special));
      out.append(text_.data() + at_, run_end - at_);
      at_ = run_end;
      if (at_ == text_.size()) return Unexpected("'\"' at the end of the string");
      if (text_[at_] == '"') break;
      if (text_[at_] != '\\') return Unexpected("no unescaped control character in a string");
      SM_RETURN_IF_ERROR(ParseEscape(out));
    }
    ++at_;
    return out;
  }

  absl::Status ParseEscape(std::string& out) {
    static constexpr absl::string_view kNames = "\"\\/bfnrt";
    static constexpr absl::string_view kMeanings = "\"\\/\b\f\n\r\t";
    ++at_;
    if (Peek() == 'u') return ParseUnicodeEscape(out);
    const size_t which = at_ < text_.size() ? kNames.find(text_[at_]) : absl::string_view::npos;
    if (which == absl::string_view::npos) return Unexpected("an escape: one of \"\\/bfnrtu");
    out.push_back(kMeanings[which]);
    ++at_;
    return absl::OkStatus();
  }

  // At the 'u'. A high surrogate joins with a low one that follows as an escape; alone, both stay.
  absl::Status ParseUnicodeEscape(std::string& out) {
    SM_ASSIGN_OR_RETURN(uint32_t unit, ParseHex());
    if (unit >= 0xD800 && unit <= 0xDBFF && absl::StartsWith(text_.substr(at_), "\\u")) {
      const size_t second = at_;
      ++at_;
      SM_ASSIGN_OR_RETURN(const uint32_t low, ParseHex());
      if (low >= 0xDC00 && low <= 0xDFFF) {
        unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
      } else {
        at_ = second;
      }
    }
    AppendCodePoint(unit, out);
    return absl::OkStatus();
  }

  // The four digits after the 'u' at which we are.
  absl::StatusOr<uint32_t> ParseHex() {
    ++at_;
    uint32_t unit = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
      if (!absl::ascii_isxdigit(static_cast<unsigned char>(Peek()))) {
        return Unexpected("four hexadecimal digits after \\u");
      }
      const char digit = absl::ascii_tolower(static_cast<unsigned char>(text_[at_]));
      unit = unit * 16 + static_cast<uint32_t>(digit <= '9' ? digit - '0' : digit - 'a' + 10);
    }
    return unit;
  }

  absl::StatusOr<Value> ParseScalar() {
    static const std::pair<absl::string_view, Value> kWords[] = {
        {"null", Value(nullptr)},
        {"true", Value(true)},
        {"false", Value(false)},
        {"NaN", Value(std::numeric_limits<double>::quiet_NaN())},
        {"Infinity", Value(std::numeric_limits<double>::infinity())},
        {"-Infinity", Value(-std::numeric_limits<double>::infinity())}};
    const absl::string_view rest = text_.substr(at_);
    for (const auto& [word, value] : kWords) {
      if (!absl::StartsWith(rest, word)) continue;
      at_ += word.size();
      return value;
    }
    return ParseNumber();
  }

  // The end of the digits that start at `at`.
  size_t DigitsEnd(size_t at) const {
    return std::min(text_.find_first_not_of("0123456789", at), text_.size());
  }
  // What follows a number but is no part of it ("1." and "1e") is left for the caller to refuse.
  size_t FractionEnd(size_t at) const {
    if (at >= text_.size() || text_[at] != '.') return at;
    const size_t end = DigitsEnd(at + 1);
    return end == at + 1 ? at : end;
  }
  size_t ExponentEnd(size_t at) const {
    if (at >= text_.size() || (text_[at] != 'e' && text_[at] != 'E')) return at;
    size_t digits = at + 1;
    if (digits < text_.size() && (text_[digits] == '+' || text_[digits] == '-')) ++digits;
    const size_t end = DigitsEnd(digits);
    return end == digits ? at : end;
  }

  absl::StatusOr<Value> ParseNumber() {
    const size_t first = at_ + (Peek() == '-' ? 1 : 0);
    const size_t digits_end = DigitsEnd(first);
    if (digits_end == first) return Unexpected("a JSON value");
    const size_t whole_end = text_[first] == '0' ? first + 1 : digits_end;
    const size_t end = ExponentEnd(FractionEnd(whole_end));
    const absl::string_view number = text_.substr(at_, end - at_);
    at_ = end;
    if (end > whole_end) return ToDouble(number);
    return Integer{number == "-0" ? "0" : std::string(number)};
  }

  absl::string_view text_;
  size_t at_ = 0;
  int nesting_ = 0;
};

absl::StatusOr<Value> ParseChecked(absl::string_view text, bool surrogates_allowed) {
  if (absl::StartsWith(text, kByteOrderMark)) {
    return absl::InvalidArgumentError(
        "line 1, column 1: found a UTF-8 byte order mark, expected a JSON value");
  }
  const size_t bad = FirstBadByte(text, surrogates_allowed);
  if (bad != absl::string_view::npos) {
    return absl::InvalidArgumentError(absl::StrCat(
        Location(text, bad), ": found byte 0x",
        absl::Hex(static_cast<unsigned char>(text[bad]), absl::kZeroPad2), ", expected UTF-8"));
  }
  return Parser(text).ParseText();
}

}  // namespace

absl::StatusOr<Value> Parse(absl::string_view text) { return ParseChecked(text, false); }

absl::StatusOr<Value> ParseHeld(absl::string_view text) { return ParseChecked(text, true); }

}  // namespace sm::json
