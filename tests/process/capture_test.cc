#include "bootstrap/process/capture.h"

#include <errno.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include "bootstrap/process/signals.h"
#include "tests/support/status_matchers.h"

namespace sm {
namespace {

using ::sm::testing::StatusIs;
using ::testing::HasSubstr;

const EnvMap kEnv = {{"PATH", "/usr/bin:/bin"}, {"COLOUR", "blue"}};

absl::StatusOr<std::string> RunShell(const std::string& script,
                                     absl::Duration timeout = absl::Hours(1)) {
  return CaptureOutput({"sh", "-c", script}, kEnv, timeout);
}

class CaptureTest : public ::testing::Test {
 protected:
  CaptureTest() { BlockSignals(); }
  ~CaptureTest() override {
    EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
    EXPECT_EQ(errno, ECHILD);
  }
};

TEST_F(CaptureTest, ReturnsStdoutOnly) {
  EXPECT_EQ(RunShell("echo $COLOUR; echo hidden >&2; printf end").value(), "blue\nend");
  EXPECT_EQ(RunShell(":").value(), "");
}

TEST_F(CaptureTest, LongOutputIsComplete) {
  EXPECT_EQ(RunShell("head -c 3000000 /dev/zero").value(), std::string(3'000'000, '\0'));
}

TEST_F(CaptureTest, AMissingToolIsNotFound) {
  EXPECT_THAT(CaptureOutput({"sm-no-such-tool"}, kEnv, absl::Hours(1)),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("sm-no-such-tool")));
  EXPECT_THAT(CaptureOutput({}, kEnv, absl::Hours(1)),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(CaptureTest, FailureTellsHowItEnded) {
  EXPECT_THAT(RunShell("exit 3"), StatusIs(absl::StatusCode::kUnknown, "sh exited with code 3"));
  EXPECT_THAT(RunShell("kill -9 $$"),
              StatusIs(absl::StatusCode::kUnknown, "sh was killed by SIGKILL"));
}

TEST_F(CaptureTest, WhoDoesNotEndIsKilled) {
  EXPECT_THAT(RunShell("trap '' TERM; sleep 36000", absl::Milliseconds(50)),
              StatusIs(absl::StatusCode::kDeadlineExceeded, HasSubstr("50ms")));
}

TEST_F(CaptureTest, WhoClosesItsStdoutIsStillWaitedFor) {
  EXPECT_THAT(RunShell("exec >&-; sleep 0.05; exit 4"),
              StatusIs(absl::StatusCode::kUnknown, "sh exited with code 4"));
}

TEST_F(CaptureTest, AGrandchildThatHoldsThePipeDoesNotHoldUs) {
  EXPECT_EQ(RunShell("sleep 36000 & echo done").value(), "done\n");
}

TEST_F(CaptureTest, OutputIsBounded) {
  EXPECT_THAT(RunShell("cat /dev/zero"), StatusIs(absl::StatusCode::kResourceExhausted));
}

}  // namespace
}  // namespace sm
