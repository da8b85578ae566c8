#include "bootstrap/environment/python_str.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "bootstrap/config/utf8.h"
#include "tests/config/random_json.h"
#include "tests/support/python.h"
#include "tests/support/status_matchers.h"

namespace sm {
namespace {

using ::sm::testing::PythonHolds;
using ::sm::testing::RandomJson;
using ::sm::testing::RunPython;

json::Value Parsed(const std::string& text) { return json::Parse(text).value_or(nullptr); }

TEST(PythonStrTest, WritesValuesAsStrDoes) {
  const std::pair<const char*, const char*> cases[] = {
      {"null", "None"},
      {"true", "True"},
      {"false", "False"},
      {"-12345678901234567890", "-12345678901234567890"},
      {"1e16", "1e+16"},
      {"0.00001", "1e-05"},
      {"1E5", "100000.0"},
      {"-0.0", "-0.0"},
      {"NaN", "nan"},
      {"-Infinity", "-inf"},
      {R"("it's \"so\"\n")", "it's \"so\"\n"},
      {"[]", "[]"},
      {"{}", "{}"},
      {"[1, [true, null], \"a\"]", "[1, [True, None], 'a']"},
      {R"({"b": 1, "a": {"c": [NaN]}})", "{'b': 1, 'a': {'c': [nan]}}"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(PythonStr(Parsed(text)), expected);
}

TEST(PythonReprTest, ChoosesQuotesAndEscapes) {
  const std::pair<std::string, const char*> cases[] = {
      {"", "''"},
      {"a", "'a'"},
      {"it's", "\"it's\""},
      {"say \"hi\"", "'say \"hi\"'"},
      {"it's \"so\"", "'it\\'s \"so\"'"},
      {"back\\slash", "'back\\\\slash'"},
      {"\t\n\r", "'\\t\\n\\r'"},
      {std::string("\0\x1f\x7f", 3), "'\\x00\\x1f\\x7f'"},
      {"caf\xC3\xA9 \xE6\x97\xA5 \xF0\x9F\x98\x80", "'caf\xC3\xA9 \xE6\x97\xA5 \xF0\x9F\x98\x80'"},
      {"\xC2\xA0\xC2\xAD", "'\\xa0\\xad'"},
      {"\xE2\x80\xA8\xE2\x80\x8B", "'\\u2028\\u200b'"},
      {"\xED\xA0\xBD", "'\\ud83d'"},
      {"\xF3\xA0\x80\x81", "'\\U000e0001'"},
      {"\xFF", "'\\udcff'"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(PythonRepr(text), expected);
}

TEST(PythonUpperTest, MapsAllOfUnicode) {
  const std::pair<const char*, const char*> cases[] = {
      {"batch-size.x_Y 1", "BATCH-SIZE.X_Y 1"},
      {"caf\xC3\xA9", "CAF\xC3\x89"},
      {"stra\xC3\x9F"
       "e",
       "STRASSE"},
      {"\xC3\xBF\xC5\x82\xC7\x86", "\xC5\xB8\xC5\x81\xC7\x84"},
      {"\xEF\xAC\x83", "FFI"},
      {"\xE6\x97\xA5", "\xE6\x97\xA5"},
      {"\xED\xA0\xBD", "\xED\xA0\xBD"},
      {"\xFF", "\xFF"},
      {"", ""},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(PythonUpper(text), expected);
}

// Another version of Unicode has other printable characters.
bool HasPythonWithOurUnicode() {
  return PythonHolds("__import__(\"unicodedata\").unidata_version == \"14.0.0\"");
}

TEST(PythonStrTest, AgreesWithPythonOnRandomValues) {
  if (!HasPythonWithOurUnicode()) GTEST_SKIP() << "there is no python3 with Unicode 14";
  RandomJson random(8);
  std::string input;
  std::string ours;
  for (int i = 0; i < 5000; ++i) {
    const std::string text = json::Dump(random.Value());
    absl::StrAppend(&input, text, "\n");
    absl::StrAppend(&ours, json::Dump(PythonStr(Parsed(text))), "\n");
  }
  const std::string theirs = RunPython(
      "import json, sys\n"
      "for line in open(sys.argv[1]):\n"
      "    print(json.dumps(str(json.loads(line))))\n",
      input);
  const std::vector<std::string> inputs = absl::StrSplit(input, '\n');
  const std::vector<std::string> expected = absl::StrSplit(theirs, '\n');
  const std::vector<std::string> actual = absl::StrSplit(ours, '\n');
  ASSERT_EQ(actual.size(), expected.size());
  for (size_t i = 0; i < actual.size(); ++i) ASSERT_EQ(actual[i], expected[i]) << inputs[i];
}

TEST(PythonStrTest, AgreesWithPythonOnEveryCharacter) {
  if (!HasPythonWithOurUnicode()) GTEST_SKIP() << "there is no python3 with Unicode 14";
  std::string ours;
  bool printable = true;
  for (uint32_t code_point = 0; code_point < 0x110000; ++code_point) {
    std::string character;
    AppendCodePoint(code_point, character);
    if ((PythonRepr(character).size() == character.size() + 2) != printable) {
      printable = !printable;
      absl::StrAppend(&ours, code_point, printable ? " printable\n" : " unprintable\n");
    }
    const std::string upper = PythonUpper(character);
    if (upper != character) absl::StrAppend(&ours, code_point, " ", json::Dump(upper), "\n");
  }
  const std::string theirs = RunPython(
      "import json\n"
      "printable = True\n"
      "for code in range(0x110000):\n"
      "    c = chr(code)\n"
      "    if (len(repr(c)) == 3) != printable:\n"
      "        printable = not printable\n"
      "        print(code, 'printable' if printable else 'unprintable')\n"
      "    if c.upper() != c: print(code, json.dumps(c.upper()))\n",
      "");
  const std::vector<std::string> expected = absl::StrSplit(theirs, '\n');
  const std::vector<std::string> actual = absl::StrSplit(ours, '\n');
  ASSERT_GT(actual.size(), 2000U);
  for (size_t i = 0; i < std::min(actual.size(), expected.size()); ++i) {
    ASSERT_EQ(actual[i], expected[i]);
  }
  EXPECT_EQ(actual.size(), expected.size());
}

}  // namespace
}  // namespace sm
