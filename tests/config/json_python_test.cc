// Compares with the machine's own Python, which defines the dialect.
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "bootstrap/config/json.h"
#include "tests/config/random_json.h"
#include "tests/support/python.h"
#include "tests/support/status_matchers.h"

namespace sm::json {
namespace {

using ::sm::testing::PythonHolds;
using ::sm::testing::RandomJson;
using ::sm::testing::RunPython;

class JsonPythonTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!PythonHolds("True")) GTEST_SKIP() << "there is no python3 to compare with";
  }
};

std::vector<std::string> Lines(const std::string& text) {
  return absl::StrSplit(text, '\n', absl::SkipEmpty());
}

TEST_F(JsonPythonTest, DumpsAreThoseOfPython) {
  RandomJson random(3);
  std::string input;
  for (int i = 0; i < 5000; ++i) absl::StrAppend(&input, Dump(random.Value()), "\n");
  const std::string output = RunPython(
      "import json, sys\n"
      "for line in open(sys.argv[1]):\n"
      "    print(json.dumps(json.loads(line), sort_keys=True, separators=(',', ':')))\n",
      input);
  EXPECT_EQ(output, input);
}

TEST_F(JsonPythonTest, FloatsAreWrittenAndReadAsPythonDoes) {
  RandomJson random(4);
  std::string input;
  std::string expected;
  for (int i = 0; i < 20000; ++i) {
    const double value = random.Double();
    absl::StrAppend(&input, absl::Hex(std::bit_cast<uint64_t>(value), absl::kZeroPad16), "\n");
    absl::StrAppend(&expected, FloatRepr(value), "\n");
  }
  EXPECT_EQ(RunPython("import struct, sys\n"
                      "for line in open(sys.argv[1]):\n"
                      "    print(repr(struct.unpack('>d', bytes.fromhex(line.strip()))[0]))\n",
                      input),
            expected);
}

// A token of a number or one that only looks so.
std::string NumberLike(RandomJson& random) {
  constexpr absl::string_view kPieces[] = {
      "0",  "1",  "9",    "00",  "-", "+",   ".",
      "e",  "E",  "e-",   "308", "5", "324", "17976931348623157",
      "1e", "0.", "e400", "_",   " "};
  std::string text;
  for (uint64_t i = 1 + random.Below(6); i > 0; --i) {
    absl::StrAppend(&text, kPieces[random.Below(std::size(kPieces))]);
  }
  return text;
}

TEST_F(JsonPythonTest, AgreesOnWhatIsANumber) {
  RandomJson random(5);
  std::string input;
  std::string expected;
  for (int i = 0; i < 20000; ++i) {
    const std::string text = NumberLike(random);
    const absl::StatusOr<Value> value = Parse(text);
    absl::StrAppend(&input, Dump(text), "\n");
    absl::StrAppend(&expected, value.ok() ? Dump(*value) : "refused", "\n");
  }
  const std::string output = RunPython(
      "import json, sys\n"
      "for line in open(sys.argv[1]):\n"
      "    try: print(json.dumps(json.loads(json.loads(line))))\n"
      "    except ValueError: print('refused')\n",
      input);
  const std::vector<std::string> inputs = Lines(input);
  const std::vector<std::string> ours = Lines(expected);
  const std::vector<std::string> theirs = Lines(output);
  ASSERT_EQ(ours.size(), theirs.size());
  for (size_t i = 0; i < ours.size(); ++i) ASSERT_EQ(ours[i], theirs[i]) << inputs[i];
}

TEST_F(JsonPythonTest, AgreesOnBrokenTexts) {
  RandomJson random(6);
  constexpr absl::string_view kBytes = "{}[]\",:\\ue0d8N-\n\x1f x/";
  std::string input;
  std::string expected;
  for (int i = 0; i < 20000; ++i) {
    std::string text = Dump(random.Object(2));
    for (uint64_t edits = random.Below(3); edits > 0 && !text.empty(); --edits) {
      const size_t at = random.Below(text.size());
      const char byte = kBytes[random.Below(kBytes.size())];
      random.Below(2) == 0 ? text.insert(at, 1, byte) : text.replace(at, 1, 1, byte);
    }
    const absl::StatusOr<Value> value = Parse(text);
    absl::StrAppend(&input, Dump(text), "\n");
    absl::StrAppend(&expected, value.ok() ? Dump(*value) : "refused", "\n");
  }
  const std::string output = RunPython(
      "import json, sys\n"
      "for line in open(sys.argv[1]):\n"
      "    try: print(json.dumps(json.loads(json.loads(line)), sort_keys=True,\n"
      "                          separators=(',', ':')))\n"
      "    except ValueError: print('refused')\n",
      input);
  const std::vector<std::string> inputs = Lines(input);
  const std::vector<std::string> ours = Lines(expected);
  const std::vector<std::string> theirs = Lines(output);
  ASSERT_EQ(ours.size(), theirs.size());
  for (size_t i = 0; i < ours.size(); ++i) ASSERT_EQ(ours[i], theirs[i]) << inputs[i];
}

}  // namespace
}  // namespace sm::json
