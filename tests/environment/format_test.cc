#include "bootstrap/environment/format.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "bootstrap/base/file.h"
#include "bootstrap/config/json.h"
#include "tests/support/file_tree.h"
#include "tests/support/python.h"
#include "tests/support/status_matchers.h"

namespace sm {
namespace {

using ::sm::testing::FileTree;
using ::sm::testing::PythonHolds;
using ::sm::testing::RunPython;

std::string EveryByte() {
  std::string bytes;
  for (int byte = 1; byte < 256; ++byte) bytes.push_back(static_cast<char>(byte));
  return bytes;
}

EnvMap NastyEnv() {
  const std::string bytes = EveryByte();
  return {{"SM_PLAIN", "value"},
          {"SM_EMPTY", ""},
          {"SM_QUOTES", "'it''s' \"so\" `id` $(id) $HOME \\' \\"},
          {"SM_LINES", "\none\n\ntwo\n"},
          {"SM_BYTES", bytes},
          {"SM_REVERSED", std::string(bytes.rbegin(), bytes.rend())},
          {"SM_JSON", R"({"a":["b c",1e-05]})"},
          {"_SM_9", "*?[a] ~ # ; & | > /dev/null"}};
}

// What a shell's environment has for the names of `env` after sourcing `script`.
EnvMap Sourced(const std::string& script, const EnvMap& env) {
  const FileTree files;
  const std::string script_path = files.Write("env.sh", script);
  const std::string output_path = files.Path("output");
  const std::string command = absl::StrCat("env -i PATH=/usr/bin:/bin /bin/sh -c '. ", script_path,
                                           " && exec env -0' > ", output_path);
  EXPECT_EQ(std::system(command.c_str()), 0);
  const std::string output = ReadFile(output_path).value_or("");
  EnvMap result;
  for (const absl::string_view entry : absl::StrSplit(output, '\0', absl::SkipEmpty())) {
    const std::pair<std::string, std::string> parts =
        absl::StrSplit(entry, absl::MaxSplits('=', 1));
    if (env.count(parts.first) > 0) result.insert(parts);
  }
  return result;
}

TEST(FormatShellTest, SourcingGivesTheSameValues) {
  const EnvMap env = NastyEnv();
  EXPECT_EQ(Sourced(FormatShell(env), env), env);
}

TEST(FormatShellTest, ExportsOnePerLine) {
  EXPECT_EQ(FormatShell({{"B", "it's"}, {"A", "1"}}), "export A='1'\nexport B='it'\\''s'\n");
  EXPECT_EQ(FormatShell({}), "");
}

TEST(FormatShellTest, NamesThatNoShellTakesBecomeOneComment) {
  EXPECT_EQ(FormatShell({{"SM_HP_LEARNING-RATE", "0.1"}}),
            "# not a name for a shell: \"SM_HP_LEARNING-RATE\" is \"0.1\"\n");
  for (const char* name : {"", "9A", "A B", "A.B", "A$(id)", "A\nexport EVIL", "\xC3\x89", "A'"}) {
    const std::string text = FormatShell({{name, "x\nexport EVIL=1\n"}});
    EXPECT_EQ(text.substr(0, 2), "# ") << name;
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1) << name;
  }
}

TEST(FormatShellTest, CommentsDoNotDisturbTheRest) {
  EnvMap env = NastyEnv();
  EnvMap with_bad_names = env;
  with_bad_names["SM_A\nexport EVIL=1\n"] = "x\nexport EVIL=1\n";
  env["EVIL"] = "";
  EnvMap expected = NastyEnv();
  EXPECT_EQ(Sourced(FormatShell(with_bad_names), env), expected);
}

TEST(FormatJsonTest, IsOneFlatSortedObject) {
  EXPECT_EQ(FormatJson({{"B", "it's\n"}, {"A", "\xC3\xA9\xFF"}}),
            "{\"A\":\"\\u00e9\\udcff\",\"B\":\"it's\\n\"}\n");
  EXPECT_EQ(FormatJson({}), "{}\n");
}

TEST(FormatJsonTest, PythonGetsTheSameBytesBack) {
  if (!PythonHolds("True")) GTEST_SKIP() << "there is no python3 to compare with";
  const EnvMap env = NastyEnv();
  std::string expected;
  for (const auto& [name, value] : env) absl::StrAppend(&expected, name, "=", value, "\n");
  EXPECT_EQ(RunPython("import json, os, sys\n"
                      "for name, value in json.load(open(sys.argv[1])).items():\n"
                      "    entry = os.fsencode(name) + b'=' + os.fsencode(value) + b'\\n'\n"
                      "    sys.stdout.buffer.write(entry)\n",
                      FormatJson(env)),
            expected);
}

}  // namespace
}  // namespace sm
