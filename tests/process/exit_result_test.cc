#include "bootstrap/process/exit_result.h"

#include <errno.h>
#include <gtest/gtest.h>
#include <signal.h>

namespace sm {
namespace {

TEST(ExitResultTest, OnlyAnExitWithZeroSucceeds) {
  EXPECT_TRUE(Succeeded(Exited{0}));
  EXPECT_FALSE(Succeeded(Exited{1}));
  EXPECT_FALSE(Succeeded(Signaled{SIGTERM, false}));
  EXPECT_FALSE(Succeeded(NotStarted{SpawnStage::kExec, ENOENT}));
}

TEST(ExitResultTest, ExitCodesAreThoseOfAShell) {
  for (int code = 0; code < 256; ++code) EXPECT_EQ(ToExitCode(Exited{code}), code);
  EXPECT_EQ(ToExitCode(Signaled{SIGKILL, false}), 137);
  EXPECT_EQ(ToExitCode(Signaled{SIGSEGV, true}), 139);
  EXPECT_EQ(ToExitCode(NotStarted{SpawnStage::kExec, ENOENT}), 127);
  EXPECT_EQ(ToExitCode(NotStarted{SpawnStage::kExec, EACCES}), 126);
  EXPECT_EQ(ToExitCode(NotStarted{SpawnStage::kDirectory, ENOENT}), 126);
}

TEST(ExitResultTest, ReadsWaitStatusWords) {
  EXPECT_EQ(FromWaitStatus(3 << 8), ExitResult(Exited{3}));
  EXPECT_EQ(FromWaitStatus(SIGTERM), ExitResult(Signaled{SIGTERM, false}));
  EXPECT_EQ(FromWaitStatus(SIGABRT | 0x80), ExitResult(Signaled{SIGABRT, true}));
}

TEST(ExitResultTest, DescribesTheEnd) {
  EXPECT_EQ(Describe(Exited{3}), "exited with code 3");
  EXPECT_EQ(Describe(Signaled{SIGSEGV, true}), "was killed by SIGSEGV (core dumped)");
  EXPECT_EQ(Describe(Signaled{SIGKILL, false}), "was killed by SIGKILL");
  EXPECT_EQ(Describe(NotStarted{SpawnStage::kExec, ENOENT}),
            "could not be started: execve: No such file or directory");
  EXPECT_EQ(Describe(NotStarted{SpawnStage::kDirectory, EACCES}),
            "could not be started: chdir: Permission denied");
}

TEST(ExitResultTest, NamesSignals) {
  EXPECT_EQ(SignalName(SIGTERM), "SIGTERM");
  EXPECT_EQ(SignalName(SIGRTMAX), "signal 64");
}

}  // namespace
}  // namespace sm
