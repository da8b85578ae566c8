#include "bootstrap/config/utf8.h"

#include <gtest/gtest.h>

namespace sm {
namespace {

TEST(Utf8Test, EveryCodePointMakesTheRoundTrip) {
  for (uint32_t code_point = 0; code_point < 0x110000; ++code_point) {
    std::string text;
    AppendCodePoint(code_point, text);
    const std::optional<CodePoint> back = FirstCodePoint(text);
    ASSERT_TRUE(back.has_value()) << code_point;
    ASSERT_EQ(back->value, code_point);
    ASSERT_EQ(back->length, text.size());
  }
}

TEST(Utf8Test, OrderOfBytesIsOrderOfCodePoints) {
  std::string previous;
  for (uint32_t code_point = 0; code_point < 0x110000; ++code_point) {
    std::string text;
    AppendCodePoint(code_point, text);
    ASSERT_TRUE(previous.empty() || previous < text) << code_point;
    previous = text;
  }
}

TEST(Utf8Test, MalformedSequencesAreNoCodePoint) {
  for (const absl::string_view bad :
       {"", "\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC3", "\xC3(", "\xE0\x80\x80", "\xE0\x9F\xBF",
        "\xE2\x82", "\xF0\x80\x80\x80", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80",
        "\xFF", "\xF0\x9F\x98"}) {
    EXPECT_FALSE(FirstCodePoint(bad).has_value()) << bad;
  }
}

TEST(Utf8Test, StrayBytesBecomeSurrogatesOneByOne) {
  const CodePoint point = FirstCodePointOrEscape("\xC3(");
  EXPECT_EQ(point.value, 0xDCC3U);
  EXPECT_EQ(point.length, 1U);
}

TEST(Utf8Test, OsStringsGetTheBytesThatEscapesStandFor) {
  // U+DC80 and U+DCFF are bytes; U+DC7F, U+DD00 and U+D800 stand for none.
  EXPECT_EQ(ToOsString("a\xED\xB2\x80|\xED\xB3\xBFz"), "a\x80|\xFFz");
  EXPECT_EQ(ToOsString("\xED\xB1\xBF|\xED\xB4\x80|\xED\xA0\x80"),
            "\xED\xB1\xBF|\xED\xB4\x80|\xED\xA0\x80");
  EXPECT_EQ(ToOsString("caf\xC3\xA9 \xFF"), "caf\xC3\xA9 \xFF");
}

}  // namespace
}  // namespace sm
