#include "bootstrap/app/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>

#include "tests/support/status_matchers.h"

namespace sm {
namespace {

using ::sm::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

template <typename T>
T Parse(std::vector<std::string> argv) {
  absl::StatusOr<CommandLine> parsed = ParseCommandLine(argv);
  EXPECT_TRUE(parsed.ok()) << parsed.status();
  if (!parsed.ok() || !std::holds_alternative<T>(*parsed)) {
    ADD_FAILURE() << "another command was parsed";
    return T();
  }
  return std::get<T>(*parsed);
}

TEST(CommandLineTest, RunsWithoutASubcommand) {
  auto run =
      Parse<RunCommand>({"sm-bootstrap", "--launcher", "workers", "train.py", "--lr", "0.1"});
  EXPECT_THAT(run.flags, UnorderedElementsAre(Pair("launcher", "workers")));
  EXPECT_EQ(run.script, "train.py");
  EXPECT_THAT(run.arguments, ElementsAre("--lr", "0.1"));
}

TEST(CommandLineTest, LeavesTheScriptsOptionsAlone) {
  auto run = Parse<RunCommand>(
      {"sm-bootstrap", "run", "--grace=5s", "train.py", "--grace", "7", "--", "-x", "", "a b"});
  EXPECT_THAT(run.flags, UnorderedElementsAre(Pair("grace", "5s")));
  EXPECT_THAT(run.arguments, ElementsAre("--grace", "7", "--", "-x", "", "a b"));
}

TEST(CommandLineTest, TakesAScriptAfterASeparator) {
  auto run =
      Parse<RunCommand>({"sm-bootstrap", "run", "--grace=5s", "--", "-odd.py", "--grace=6s"});
  EXPECT_EQ(run.script, "-odd.py");
  EXPECT_THAT(run.arguments, ElementsAre("--grace=6s"));
}

TEST(CommandLineTest, IsRunWhenCalledTrain) {
  auto run = Parse<RunCommand>({"/usr/bin/train", "env"});
  EXPECT_EQ(run.script, "env");
}

TEST(CommandLineTest, NeedsNoScript) {
  EXPECT_EQ(Parse<RunCommand>({"sm-bootstrap"}).script, "");
  EXPECT_EQ(Parse<RunCommand>({"train"}).script, "");
}

TEST(CommandLineTest, ReadsLocal) {
  auto local = Parse<LocalCommand>({"sm-bootstrap", "local", "--hosts", "3", "--base-dir", "/b",
                                    "--nproc-per-host", "2", "s.py", "--hosts", "9"});
  EXPECT_EQ(local.hosts, 3);
  EXPECT_EQ(local.run.base_dir, "/b");
  EXPECT_THAT(local.run.flags, UnorderedElementsAre(Pair("nproc-per-host", "2")));
  EXPECT_THAT(local.run.arguments, ElementsAre("--hosts", "9"));
}

TEST(CommandLineTest, ReadsEnv) {
  EXPECT_FALSE(Parse<EnvCommand>({"sm-bootstrap", "env"}).json);
  EXPECT_TRUE(Parse<EnvCommand>({"sm-bootstrap", "env", "--format", "json"}).json);
}

TEST(CommandLineTest, HelpNamesEveryOption) {
  auto help = Parse<PrintCommand>({"sm-bootstrap", "run", "--help"});
  for (const OptionHelp& option : RunOptionsHelp()) {
    EXPECT_THAT(help.text, HasSubstr("--" + option.name + " " + option.value_name));
  }
}

struct WrongUsage {
  std::vector<std::string> arguments;
  std::string message;
};
void PrintTo(const WrongUsage& wrong, std::ostream* out) { *out << wrong.message; }

class CommandLineErrorTest : public ::testing::TestWithParam<WrongUsage> {};

TEST_P(CommandLineErrorTest, NamesWhatIsWrong) {
  std::vector<std::string> argv = {"sm-bootstrap"};
  argv.insert(argv.end(), GetParam().arguments.begin(), GetParam().arguments.end());
  EXPECT_THAT(ParseCommandLine(argv),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(GetParam().message)));
}

INSTANTIATE_TEST_SUITE_P(All, CommandLineErrorTest,
                         ::testing::Values(WrongUsage{{"--no-such", "x.py"}, "\"--no-such\""},
                                           WrongUsage{{"--grace"}, "--grace"},
                                           WrongUsage{{"local", "x.py"}, "--hosts: found none"},
                                           WrongUsage{{"local", "--hosts", "0", "x.py"}, "--hosts"},
                                           WrongUsage{{"local", "--hosts", "1001", "x.py"},
                                                      "found 1001"},
                                           WrongUsage{{"local", "--hosts", "two", "x.py"}, "two"},
                                           WrongUsage{{"env", "--format", "xml"}, "found \"xml\""},
                                           WrongUsage{{"env", "x.py"}, "\"x.py\""}));

}  // namespace
}  // namespace sm
