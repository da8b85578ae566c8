#include "bootstrap/config/json.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "tests/config/random_json.h"
#include "tests/support/status_matchers.h"

namespace sm::json {
namespace {

using ::sm::testing::RandomJson;

TEST(JsonObjectTest, KeepsTheOrderOfFirstAppearance) {
  Object object;
  object.Set("b", 1.0);
  object.Set("a", 2.0);
  object.Set("b", 3.0);
  ASSERT_EQ(object.size(), 2U);
  EXPECT_EQ(object.members()[0].first, "b");
  EXPECT_EQ(object.members()[0].second, Value(3.0));
  EXPECT_EQ(object.members()[1].first, "a");
}

// Sizes on both sides of the one from which on an object has an index.
class JsonObjectSizeTest : public ::testing::TestWithParam<size_t> {
 protected:
  static Object Numbered(size_t size) {
    Object object;
    for (size_t i = 0; i < size; ++i) object.Set(absl::StrCat("key", i), absl::StrCat(i));
    return object;
  }
};

TEST_P(JsonObjectSizeTest, FindsEveryMemberAndNothingElse) {
  const Object object = Numbered(GetParam());
  for (size_t i = 0; i < GetParam(); ++i) {
    const Value* value = object.Find(absl::StrCat("key", i));
    ASSERT_NE(value, nullptr);
    EXPECT_EQ(*value, Value(absl::StrCat(i)));
  }
  EXPECT_EQ(object.Find(absl::StrCat("key", GetParam())), nullptr);
}

TEST_P(JsonObjectSizeTest, ErasingLeavesTheOthersFindable) {
  Object object = Numbered(GetParam());
  object.Erase("key0");
  object.Erase("no such key");
  EXPECT_EQ(object.size(), GetParam() - 1);
  EXPECT_EQ(object.Find("key0"), nullptr);
  for (size_t i = 1; i < GetParam(); ++i) {
    ASSERT_NE(object.Find(absl::StrCat("key", i)), nullptr);
    EXPECT_EQ(*object.Find(absl::StrCat("key", i)), Value(absl::StrCat(i)));
  }
}

TEST_P(JsonObjectSizeTest, CopiesAreIndependent) {
  const Object original = Numbered(GetParam());
  Object copy = original;
  EXPECT_EQ(copy, original);
  copy.Set("key0", nullptr);
  copy.Set("new", true);
  EXPECT_EQ(*original.Find("key0"), Value("0"));
  EXPECT_EQ(original.Find("new"), nullptr);
  EXPECT_TRUE(copy.Find("key0")->is_null());
  const Object moved = std::move(copy);
  EXPECT_EQ(*moved.Find("new"), Value(true));
}

INSTANTIATE_TEST_SUITE_P(Sizes, JsonObjectSizeTest, ::testing::Values(1, 2, 15, 16, 17, 1000));

TEST(JsonIntegerTest, ConvertsWhatFits) {
  EXPECT_EQ(Integer{"-9223372036854775808"}.ToInt64(), std::numeric_limits<int64_t>::min());
  EXPECT_EQ(Integer{"9223372036854775807"}.ToInt64(), std::numeric_limits<int64_t>::max());
  EXPECT_EQ(Integer{"9223372036854775808"}.ToInt64(), std::nullopt);
  EXPECT_EQ(Integer{"0"}.ToInt64(), 0);
}

TEST(JsonFloatReprTest, IsPythons) {
  const std::pair<double, const char*> cases[] = {
      {0.0, "0.0"},
      {-0.0, "-0.0"},
      {1.0, "1.0"},
      {0.1, "0.1"},
      {0.1 + 0.2, "0.30000000000000004"},
      {1e-4, "0.0001"},
      {1e-5, "1e-05"},
      {1.5e-7, "1.5e-07"},
      {123456.789, "123456.789"},
      {1e15, "1000000000000000.0"},
      {9999999999999998.0, "9999999999999998.0"},
      {1e16, "1e+16"},
      {12345678901234567890.0, "1.2345678901234567e+19"},
      {1e22, "1e+22"},
      {1e100, "1e+100"},
      {5e-324, "5e-324"},
      {1.7976931348623157e308, "1.7976931348623157e+308"},
      {std::numeric_limits<double>::infinity(), "inf"},
      {-std::numeric_limits<double>::infinity(), "-inf"},
      {std::numeric_limits<double>::quiet_NaN(), "nan"},
  };
  for (const auto& [value, text] : cases) EXPECT_EQ(FloatRepr(value), text);
}

TEST(JsonFloatReprTest, ReadsBackAsTheSameValue) {
  RandomJson random(1);
  for (int i = 0; i < 20000; ++i) {
    const double value = random.Double();
    SM_ASSERT_OK_AND_ASSIGN(const Value back, Parse(FloatRepr(value)));
    ASSERT_NE(back.AsDouble(), nullptr) << FloatRepr(value);
    ASSERT_EQ(*back.AsDouble(), value) << FloatRepr(value);
  }
}

TEST(JsonDumpTest, WritesCompactSortedAscii) {
  Object inner;
  inner.Set("z", Array{});
  inner.Set("\xC3\xA9", Object{});
  inner.Set("a", Array{nullptr, true, Integer{"-12345678901234567890"}, 1e16});
  EXPECT_EQ(Dump(inner), R"({"a":[null,true,-12345678901234567890,1e+16],"z":[],"\u00e9":{}})");
}

TEST(JsonDumpTest, EscapesStrings) {
  const std::pair<std::string, const char*> cases[] = {
      {"plain /", R"("plain /")"},
      {"\"\\\b\f\n\r\t", R"("\"\\\b\f\n\r\t")"},
      {std::string("\0\x01\x1f\x7f", 4), R"("\u0000\u0001\u001f\u007f")"},
      {"\xC3\xA9\xE6\x97\xA5", R"("\u00e9\u65e5")"},
      {"\xF0\x9F\x98\x80", R"("\ud83d\ude00")"},
      {"\xED\xA0\xBD", R"("\ud83d")"},
      {"\xFF(\xC3", R"("\udcff(\udcc3")"},
  };
  for (const auto& [text, dumped] : cases) EXPECT_EQ(Dump(text), dumped);
}

TEST(JsonDumpTest, SortsKeysByCodePoint) {
  Object object;
  for (const char* key : {"\xF0\x9F\x98\x80", "\xEF\xBF\xBF", "\xED\xA0\x80", "b", "B", ""}) {
    object.Set(key, nullptr);
  }
  EXPECT_EQ(Dump(object),
            R"({"":null,"B":null,"b":null,"\ud800":null,"\uffff":null,"\ud83d\ude00":null})");
}

TEST(JsonDumpTest, WritesWhatIsNoNumber) {
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(Dump(Array{infinity, -infinity, std::nan("")}), "[Infinity,-Infinity,NaN]");
}

TEST(JsonDumpTest, ReadsBackAsAnEqualValue) {
  RandomJson random(2);
  for (int i = 0; i < 5000; ++i) {
    const std::string text = Dump(random.Value());
    SM_ASSERT_OK_AND_ASSIGN(const Value back, Parse(text));
    ASSERT_EQ(Dump(back), text);
  }
}

TEST(JsonDescribeTest, NamesKindAndShortensTheValue) {
  EXPECT_EQ(Describe(nullptr), "null");
  EXPECT_EQ(Describe(true), "a boolean (true)");
  EXPECT_EQ(Describe(Integer{"3"}), "an integer (3)");
  EXPECT_EQ(Describe(0.5), "a number (0.5)");
  EXPECT_EQ(Describe("a\n"), R"(a string ("a\n"))");
  EXPECT_EQ(Describe(Array{}), "an array");
  EXPECT_EQ(Describe(Object{}), "an object");
  EXPECT_LT(Describe(std::string(1000000, 'x')).size(), 100U);
  EXPECT_LT(Quote(std::string(1000000, 'x')).size(), 100U);
}

}  // namespace
}  // namespace sm::json
