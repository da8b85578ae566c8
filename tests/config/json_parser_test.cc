#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "bootstrap/config/json.h"
#include "tests/support/status_matchers.h"

namespace sm::json {
namespace {

using ::sm::testing::IsOk;
using ::sm::testing::StatusIs;
using ::testing::HasSubstr;

struct Row {
  std::string text;
  std::string dumped;
};

TEST(JsonParserTest, ReadsWhatPythonReads) {
  const Row rows[] = {
      {"null", "null"},
      {" \t\r\n{ } \n", "{}"},
      {"[1, 2 ,[ ],{\"a\" : \"b\"}]", R"([1,2,[],{"a":"b"}])"},
      {"true", "true"},
      {"0", "0"},
      {"-0", "0"},
      {"-0.0", "-0.0"},
      {"-0e5", "-0.0"},
      {"1e5", "100000.0"},
      {"1E+05", "100000.0"},
      {"12e-1", "1.2"},
      {"1000000000000000000000000000000", "1000000000000000000000000000000"},
      {"1e400", "Infinity"},
      {"-1e400", "-Infinity"},
      {"1e-400", "0.0"},
      {"-1e-400", "-0.0"},
      {"0e400", "0.0"},
      {"1e99999999999999999999", "Infinity"},
      {"1e-99999999999999999999", "0.0"},
      {"0.0e99999999999999999999", "0.0"},
      {"5e-324", "5e-324"},
      {"2e-324", "0.0"},
      {"3e-324", "5e-324"},
      {"2.2250738585072011e-308", "2.225073858507201e-308"},
      {"1.7976931348623159e308", "Infinity"},
      {"1.7976931348623158e308", "1.7976931348623157e+308"},
      {"9007199254740993.0", "9007199254740992.0"},
      {"NaN", "NaN"},
      {"[Infinity,-Infinity]", "[Infinity,-Infinity]"},
      {R"("\"\\\/\b\f\n\r\t")", R"("\"\\/\b\f\n\r\t")"},
      {R"("\u00E9\u00e9")", R"("\u00e9\u00e9")"},
      {"\"\xC3\xA9\"", R"("\u00e9")"},
      {"\"\x7f\"", R"("\u007f")"},
      {R"("\u0000")", R"("\u0000")"},
      {R"("\ud83d\ude00")", R"("\ud83d\ude00")"},
      {R"("\ud800\udc00")", R"("\ud800\udc00")"},
      {R"("\udbff\udfff")", R"("\udbff\udfff")"},
      {R"("\ud83d")", R"("\ud83d")"},
      {R"("\ude00\ud83d")", R"("\ude00\ud83d")"},
      {R"("\ud83dx")", R"("\ud83dx")"},
      {R"("\ud83d\u0041")", R"("\ud83dA")"},
      {R"("\ud83d\ud83d\ude00")", R"("\ud83d\ud83d\ude00")"},
      {R"("\ud83d\n")", R"("\ud83d\n")"},
      {R"({"b":1,"a":2,"b":3})", R"({"a":2,"b":3})"},
      {R"({"":{"":null}})", R"({"":{"":null}})"},
  };
  for (const Row& row : rows) {
    const absl::StatusOr<Value> value = Parse(row.text);
    ASSERT_THAT(value, IsOk()) << row.text;
    EXPECT_EQ(Dump(*value), row.dumped) << row.text;
  }
}

TEST(JsonParserTest, TellsIntegersFromFloats) {
  EXPECT_NE(Parse("1")->AsInteger(), nullptr);
  EXPECT_NE(Parse("1.0")->AsDouble(), nullptr);
  EXPECT_NE(Parse("1e0")->AsDouble(), nullptr);
}

TEST(JsonParserTest, PairsOfSurrogatesAreOneCharacter) {
  EXPECT_EQ(*Parse(R"("\ud800\udc00")")->AsString(), "\xF0\x90\x80\x80");
  EXPECT_EQ(*Parse(R"("\udbff\udfff")")->AsString(), "\xF4\x8F\xBF\xBF");
}

TEST(JsonParserTest, DuplicateKeysKeepTheFirstPlaceAndTheLastValue) {
  SM_ASSERT_OK_AND_ASSIGN(const Value value, Parse(R"({"b":1,"a":2,"b":3})"));
  ASSERT_EQ(value.AsObject()->size(), 2U);
  EXPECT_EQ(value.AsObject()->members()[0].first, "b");
  EXPECT_EQ(value.AsObject()->members()[0].second, Value(Integer{"3"}));
}

struct ErrorRow {
  std::string text;
  std::string message;
};

TEST(JsonParserTest, RefusesWhatPythonRefuses) {
  const ErrorRow rows[] = {
      {"", "line 1, column 1: found the end of the text, expected a JSON value"},
      {" \n ", "line 2, column 2: found the end of the text, expected a JSON value"},
      {"nul", R"(column 1: found "nul", expected a JSON value)"},
      {"nan", R"(found "nan", expected a JSON value)"},
      {"True", R"(found "True", expected a JSON value)"},
      {"-NaN", R"(found "-NaN", expected a JSON value)"},
      {"-", R"(found "-", expected a JSON value)"},
      {"+1", R"(found "+", expected a JSON value)"},
      {".5", R"(found ".5", expected a JSON value)"},
      {"1.", R"(line 1, column 2: found ".", expected the end of the text)"},
      {"1.e5", R"(column 2: found ".e5", expected the end of the text)"},
      {"1e", R"(column 2: found "e", expected the end of the text)"},
      {"1e+", R"(column 2: found "e", expected the end of the text)"},
      {"007", R"(column 2: found "07", expected the end of the text)"},
      {"-01", R"(column 3: found "1", expected the end of the text)"},
      {"0x10", R"(column 2: found "x10", expected the end of the text)"},
      {"1_000", "column 2: found \"_\", expected the end of the text"},
      {"[1, 2", "column 6: found the end of the text, expected ',' or ']'"},
      {"[1 2]", R"(column 4: found "2", expected ',' or ']')"},
      {"[1,]", R"(column 4: found "]", expected a JSON value)"},
      {"[,1]", R"(column 2: found ",", expected a JSON value)"},
      {"{", "column 2: found the end of the text, expected a name in double quotes"},
      {"{a:1}", R"(column 2: found "a", expected a name in double quotes)"},
      {"{'a':1}", R"(column 2: found "'", expected a name in double quotes)"},
      {"{\"a\" 1}", R"(column 6: found "1", expected ':')"},
      {"{\"a\":1,}", R"(column 8: found "}", expected a name in double quotes)"},
      {"{\"a\":1 \"b\":2}", R"(column 8: found "\"", expected ',' or '}')"},
      {"{\n  \"a\": \xC3\xA9\n}", "line 2, column 8: found \"\\u00e9\", expected a JSON value"},
      {"[\"\xC3\xA9\", x]", R"(line 1, column 7: found "x", expected a JSON value)"},
      {"{} {}", R"(column 4: found "{", expected the end of the text)"},
      {"\"abc", "column 5: found the end of the text, expected '\"' at the end of the string"},
      {"\"a\nb\"", R"(line 1, column 3: found "\n", expected no unescaped control character)"},
      {std::string("\"\0\"", 3), R"(found "\u0000", expected no unescaped control character)"},
      {std::string("1\0", 2), R"(column 2: found "\u0000", expected the end of the text)"},
      {std::string("\0", 1), R"(column 1: found "\u0000", expected a JSON value)"},
      {R"("\x41")", R"(column 3: found "x41", expected an escape)"},
      {"\"\\", "column 3: found the end of the text, expected an escape"},
      {R"("\u12g4")", R"(column 6: found "g4", expected four hexadecimal digits)"},
      {R"("\u12)", "found the end of the text, expected four hexadecimal digits"},
      {R"("\ud83d\u12g4")", "expected four hexadecimal digits"},
      {"\xEF\xBB\xBF{}", "line 1, column 1: found a UTF-8 byte order mark, expected"},
      {"\xC2\xA0{}", "found \"\\u00a0\", expected a JSON value"},
      {"\v1", R"(found "\u000b", expected a JSON value)"},
      {"[\n\"ab\xFF\"]", "line 2, column 4: found byte 0xff, expected UTF-8"},
      {"{} \xC3", "line 1, column 4: found byte 0xc3, expected UTF-8"},
      {"\"\xED\xA0\x80\"", "found byte 0xed, expected UTF-8"},
      {"\"\xC0\x80\"", "found byte 0xc0, expected UTF-8"},
  };
  for (const ErrorRow& row : rows) {
    EXPECT_THAT(Parse(row.text),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(row.message)))
        << row.text;
  }
}

TEST(JsonParserTest, TextThatIsHeldMayHaveLoneSurrogates) {
  SM_ASSERT_OK_AND_ASSIGN(const Value value, ParseHeld("\"\xED\xA0\xBD\\ude00\""));
  EXPECT_EQ(Dump(value), R"("\ud83d\ude00")");
  EXPECT_EQ(*value.AsString(), "\xED\xA0\xBD\xED\xB8\x80") << "two surrogates, not one character";
  EXPECT_THAT(ParseHeld("\"\xFF\""), StatusIs(absl::StatusCode::kInvalidArgument));
}

std::string Nested(int levels) {
  return absl::StrCat(std::string(static_cast<size_t>(levels), '['),
                      std::string(static_cast<size_t>(levels), ']'));
}

TEST(JsonParserTest, NestingHasALimit) {
  EXPECT_THAT(Parse(Nested(kMaxNesting)), IsOk());
  EXPECT_THAT(Parse(Nested(kMaxNesting + 1)),
              StatusIs(absl::StatusCode::kOutOfRange, HasSubstr("line 1, column 501")));
  EXPECT_THAT(Parse(std::string(10000000, '[')), StatusIs(absl::StatusCode::kOutOfRange));
  // Depth counts, not the number of arrays.
  const std::string inner = Nested(kMaxNesting - 1);
  EXPECT_THAT(Parse(absl::StrCat("[", inner, ",", inner, "]")), IsOk());
}

TEST(JsonParserTest, LargeTextsTakeLinearTime) {
  std::string text = "{";
  for (int i = 0; i < 200000; ++i) absl::StrAppend(&text, i == 0 ? "" : ",", "\"key", i, "\":", i);
  text += "}";
  SM_ASSERT_OK_AND_ASSIGN(const Value object, Parse(text));
  EXPECT_EQ(object.AsObject()->size(), 200000U);
  EXPECT_EQ(*object.AsObject()->Find("key199999"), Value(Integer{"199999"}));

  const std::string long_string(10000000, 'x');
  EXPECT_EQ(*Parse(absl::StrCat("\"", long_string, "\""))->AsString(), long_string);
  const std::string long_number(1000000, '7');
  EXPECT_EQ(Parse(long_number)->AsInteger()->digits, long_number);
  EXPECT_EQ(*Parse(absl::StrCat("0.", long_number))->AsDouble(), 0.7777777777777778);
  EXPECT_EQ(*Parse(absl::StrCat(long_number, ".0"))->AsDouble(),
            std::numeric_limits<double>::infinity());
  EXPECT_EQ(*Parse(absl::StrCat("0.", std::string(1000000, '0'), "1"))->AsDouble(), 0.0);
  EXPECT_EQ(*Parse(absl::StrCat("0.", std::string(1000000, '0'), "1e1000001"))->AsDouble(), 1.0);
}

}  // namespace
}  // namespace sm::json
