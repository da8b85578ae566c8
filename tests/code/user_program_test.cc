#include "bootstrap/code/user_program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "tests/support/file_tree.h"
#include "tests/support/status_matchers.h"

namespace sm {
namespace {

using ::sm::testing::StatusIs;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kElf[] = "\177ELF";

// A user's current directory, a code directory, and a PATH with one python3.
class UserProgramTest : public ::testing::Test {
 protected:
  UserProgramTest() {
    request_.code_directory = tree_.Path("code");
    request_.current_directory = tree_.MakeDirectory("here");
    python_ = tree_.Write("bin/python3", kElf, 0755);
    request_.env = {{"PATH", tree_.Path("bin")}};
  }

  UserProgramRequest FromCommandLine(const std::string& script) const {
    UserProgramRequest request = request_;
    request.script = script;
    request.from_command_line = true;
    return request;
  }
  UserProgramRequest FromConfig(const std::string& script) const {
    UserProgramRequest request = request_;
    request.script = script;
    return request;
  }

  testing::FileTree tree_;
  UserProgramRequest request_;
  std::string python_;
};

TEST_F(UserProgramTest, NoScriptTellsBothWaysToNameOne) {
  EXPECT_THAT(ResolveUserProgram(FromConfig("")),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("command line"), HasSubstr("sagemaker_program"))));
}

TEST_F(UserProgramTest, AConfiguredScriptIsInTheCodeDirectory) {
  tree_.Write("code/train.py", "");
  tree_.Write("here/train.py", "");
  SM_ASSERT_OK_AND_ASSIGN(UserProgram program, ResolveUserProgram(FromConfig("train.py")));
  EXPECT_EQ(program.program, python_);
  EXPECT_THAT(program.argv, ElementsAre(python_, "train.py"));
  EXPECT_EQ(program.directory, tree_.Path("code"));
}

TEST_F(UserProgramTest, AConfiguredScriptIsNotSoughtElsewhere) {
  tree_.Write("here/train.py", "");
  EXPECT_THAT(
      ResolveUserProgram(FromConfig("train.py")),
      StatusIs(absl::StatusCode::kNotFound,
               AllOf(HasSubstr(tree_.Path("code/train.py")),
                     HasSubstr("the code directory " + tree_.Path("code") + " does not exist"),
                     Not(HasSubstr(tree_.Path("here"))))));
}

TEST_F(UserProgramTest, AGivenScriptIsInTheCurrentDirectoryFirst) {
  tree_.Write("code/train.py", "");
  tree_.Write("here/sub/train.py", "");
  SM_ASSERT_OK_AND_ASSIGN(UserProgram program,
                          ResolveUserProgram(FromCommandLine("./sub/train.py")));
  EXPECT_THAT(program.argv, ElementsAre(python_, "./sub/train.py"));
  EXPECT_EQ(program.directory, tree_.Path("here"));

  SM_ASSERT_OK_AND_ASSIGN(program, ResolveUserProgram(FromCommandLine("train.py")));
  EXPECT_THAT(program.argv, ElementsAre(python_, "train.py"));
  EXPECT_EQ(program.directory, tree_.Path("code"));
}

TEST_F(UserProgramTest, ADirectoryOfTheSameNameIsPassedOver) {
  tree_.MakeDirectory("here/train");
  std::string train = tree_.Write("code/train", kElf, 0755);
  SM_ASSERT_OK_AND_ASSIGN(UserProgram program, ResolveUserProgram(FromCommandLine("train")));
  EXPECT_EQ(program.program, train);
}

TEST_F(UserProgramTest, AMissingScriptNamesEveryPlace) {
  tree_.MakeDirectory("code");
  EXPECT_THAT(
      ResolveUserProgram(FromCommandLine("train.py")),
      StatusIs(absl::StatusCode::kNotFound,
               AllOf(HasSubstr(tree_.Path("here/train.py") + " and " + tree_.Path("code/train.py")),
                     Not(HasSubstr("does not exist")))));
}

TEST_F(UserProgramTest, AMissingScriptThatIsAProgramOnPathSaysSo) {
  EXPECT_THAT(ResolveUserProgram(FromCommandLine("python3")),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("say " + python_)));
}

TEST_F(UserProgramTest, AnAbsoluteScriptRunsWhereItsOriginSuggests) {
  std::string script = tree_.Write("elsewhere/train.py", "");
  SM_ASSERT_OK_AND_ASSIGN(UserProgram program, ResolveUserProgram(FromCommandLine(script)));
  EXPECT_THAT(program.argv, ElementsAre(python_, script));
  EXPECT_EQ(program.directory, tree_.Path("here"));

  SM_ASSERT_OK_AND_ASSIGN(program, ResolveUserProgram(FromConfig(script)));
  EXPECT_EQ(program.directory, tree_.Path("here"));

  tree_.MakeDirectory("code");
  SM_ASSERT_OK_AND_ASSIGN(program, ResolveUserProgram(FromConfig(script)));
  EXPECT_EQ(program.directory, tree_.Path("code"));
}

TEST_F(UserProgramTest, ArgumentsFollowUntouched) {
  tree_.Write("code/train.py", "");
  UserProgramRequest request = FromConfig("train.py");
  request.arguments = {"--name", "", "a b", "$HOME;'\"*\n", "\xff"};
  SM_ASSERT_OK_AND_ASSIGN(UserProgram program, ResolveUserProgram(request));
  EXPECT_THAT(program.argv,
              ElementsAre(python_, "train.py", "--name", "", "a b", "$HOME;'\"*\n", "\xff"));
}

TEST_F(UserProgramTest, NulBytesAreRefused) {
  tree_.Write("code/train.py", "");
  UserProgramRequest request = FromConfig("train.py");
  request.arguments = {"fine", std::string("a\0b", 3)};
  EXPECT_THAT(ResolveUserProgram(request),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("argument 2")));
  EXPECT_THAT(ResolveUserProgram(FromConfig(std::string("train.py\0", 9))),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("NUL")));
}

TEST_F(UserProgramTest, AnExecutablePythonScriptStillRunsThroughPython) {
  tree_.Write("code/train.py", "#!/no/such/python\n", 0755);
  SM_ASSERT_OK_AND_ASSIGN(UserProgram program, ResolveUserProgram(FromConfig("train.py")));
  EXPECT_EQ(program.program, python_);
}

TEST_F(UserProgramTest, PythonNeverTakesTheScriptForAnOption) {
  tree_.Write("code/-c.py", "");
  SM_ASSERT_OK_AND_ASSIGN(UserProgram program, ResolveUserProgram(FromConfig("-c.py")));
  EXPECT_THAT(program.argv, ElementsAre(python_, tree_.Path("code/-c.py")));
}

TEST_F(UserProgramTest, ThePythonCanBeChosen) {
  tree_.Write("code/train.py", "");
  std::string other = tree_.Write("bin/python3.12", kElf, 0755);
  std::string local = tree_.Write("here/venv/bin/python", kElf, 0755);
  struct {
    std::string chosen, found;
  } const cases[] = {
      {"", python_}, {"python3.12", other}, {other, other}, {"venv/bin/python", local}};
  for (const auto& c : cases) {
    UserProgramRequest request = FromConfig("train.py");
    request.python = c.chosen;
    SM_ASSERT_OK_AND_ASSIGN(UserProgram program, ResolveUserProgram(request));
    EXPECT_EQ(program.program, c.found);
    EXPECT_EQ(program.argv[0], c.found);
  }
  for (const char* missing : {"python2", "/no/such/python", "./python"}) {
    UserProgramRequest request = FromConfig("train.py");
    request.python = missing;
    EXPECT_THAT(ResolveUserProgram(request),
                StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr(missing)));
  }
}

TEST_F(UserProgramTest, PythonIsTheSecondChoiceAndNoneIsAnError) {
  tree_.Write("code/train.py", "");
  UserProgramRequest request = FromConfig("train.py");
  request.env["PATH"] = tree_.MakeDirectory("other");
  EXPECT_THAT(ResolveUserProgram(request),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("python3 or python"), HasSubstr(tree_.Path("other")),
                             HasSubstr("--python"))));
  std::string python = tree_.Write("other/python", kElf, 0755);
  SM_ASSERT_OK_AND_ASSIGN(UserProgram program, ResolveUserProgram(request));
  EXPECT_EQ(program.program, python);
}

TEST_F(UserProgramTest, ExecutablesRunDirectly) {
  for (const char* contents : {kElf, "#!/bin/sh\n", "#!/usr/bin/env sh\n"}) {
    for (const char* name : {"train", "train.sh", "-train"}) {
      std::string path = tree_.Write("code/" + std::string(name), contents, 0755);
      SM_ASSERT_OK_AND_ASSIGN(UserProgram program, ResolveUserProgram(FromConfig(name)));
      EXPECT_EQ(program.program, path);
      EXPECT_THAT(program.argv, ElementsAre(path));
      EXPECT_EQ(program.directory, tree_.Path("code"));
    }
  }
}

TEST_F(UserProgramTest, ShellScriptsThatCannotBeExecutedGoThroughTheirInterpreter) {
  struct {
    const char* contents;
    mode_t mode;
    std::vector<std::string> words;
  } const cases[] = {
      {"echo hello\n", 0644, {"/bin/sh"}},
      {"", 0644, {"/bin/sh"}},
      {"echo hello\n", 0755, {"/bin/sh"}},
      {"#!/bin/sh -e -u\n", 0644, {"/bin/sh", "-e -u"}},
      {"#!/usr/bin/env sh\n", 0644, {"/usr/bin/env", "sh"}},
  };
  for (const auto& c : cases) {
    std::string path = tree_.Write("code/train.sh", c.contents, c.mode);
    SM_ASSERT_OK_AND_ASSIGN(UserProgram program, ResolveUserProgram(FromConfig("train.sh")));
    std::vector<std::string> expected = c.words;
    expected.push_back(path);
    EXPECT_EQ(program.program, c.words[0]) << c.contents;
    EXPECT_EQ(program.argv, expected) << c.contents;
  }
}

TEST_F(UserProgramTest, AnInterpreterThatCannotBeRunIsExplained) {
  for (mode_t mode : {0644, 0755}) {
    tree_.Write("code/train.sh", "#!/no/such/shell -e\n", mode);
    EXPECT_THAT(ResolveUserProgram(FromConfig("train.sh")),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         AllOf(HasSubstr("train.sh"), HasSubstr("#!/no/such/shell -e"))));
    tree_.Write("code/train.sh", "#!/bin/sh\r\necho hello\r\n", mode);
    EXPECT_THAT(ResolveUserProgram(FromConfig("train.sh")),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("carriage return")));
  }
}

TEST_F(UserProgramTest, OtherFilesMustBeExecutable) {
  std::string path = tree_.Write("code/train", "print(1)\n");
  EXPECT_THAT(ResolveUserProgram(FromConfig("train")),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("chmod +x " + path)));
}

TEST_F(UserProgramTest, ADirectoryOrADeviceIsNoScript) {
  tree_.MakeDirectory("code/package.py");
  EXPECT_THAT(ResolveUserProgram(FromConfig("package.py")),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("is a directory")));
  EXPECT_THAT(ResolveUserProgram(FromConfig("/dev/null")),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("not a regular file")));
}

TEST_F(UserProgramTest, AScriptThatCannotBeReadIsRefused) {
  if (geteuid() == 0) GTEST_SKIP() << "root may read everything";
  for (const char* name : {"train.py", "train.sh"}) {
    tree_.Write("code/" + std::string(name), "", 0200);
    EXPECT_THAT(ResolveUserProgram(FromConfig(name)),
                StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr(name)));
  }
}

TEST_F(UserProgramTest, ANameThatCannotBeLookedUpSaysWhy) {
  std::string name(5000, 'x');
  EXPECT_THAT(ResolveUserProgram(FromConfig(name)), Not(StatusIs(absl::StatusCode::kNotFound)));
  EXPECT_FALSE(ResolveUserProgram(FromConfig(name)).ok());
}

}  // namespace
}  // namespace sm
