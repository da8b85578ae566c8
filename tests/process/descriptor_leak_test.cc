// Everything of ours is opened close-on-exec: a program that is executed without any of the
// spawner's care must find nothing of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bootstrap/process/line_spool.h"
#include "tests/process/gang.h"
#include "tests/support/file_tree.h"
#include "tests/support/status_matchers.h"

namespace sm {
namespace {

using ::sm::testing::Gang;
using ::sm::testing::ReadablePipe;

std::string DescriptorsAfterExec() {
  ReadablePipe pipe;
  Command command = sm::testing::Testcase("print_state");
  pid_t pid = fork();
  if (pid == 0) {
    dup2(pipe.write_end.get(), STDOUT_FILENO);
    execl(command.program.c_str(), "print_state", nullptr);
    _exit(127);
  }
  std::string text = pipe.ReadAll();
  waitpid(pid, nullptr, 0);
  size_t at = text.find("descriptors:");
  return text.substr(at, text.find('\n', at) - at);
}

TEST(DescriptorLeakTest, NothingOfOursSurvivesAnExec) {
  const std::string before = DescriptorsAfterExec();  // what whoever runs the test left open
  Gang gang;
  testing::FileTree tree;
  SM_ASSERT_OK_AND_ASSIGN(ChildStdio stdio,
                          gang.pump().Open({.prefix = "", .log_file = tree.Path("rank-0.log")}));
  SM_ASSERT_OK_AND_ASSIGN(auto spool, LineSpool::Create());
  EXPECT_EQ(DescriptorsAfterExec(), before);
}

}  // namespace
}  // namespace sm
