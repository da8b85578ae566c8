#include "bootstrap/app/exit_code.h"

#include <gtest/gtest.h>
#include <signal.h>

namespace sm {
namespace {

TEST(ExitCodeTest, FollowsTheRootCause) {
  struct Case {
    std::optional<Cause> cause;
    int expected;
  };
  const Case cases[] = {
      {std::nullopt, 0},
      {Cause{"h", RankFailed{3, "worker", Exited{17}}, ""}, 17},
      {Cause{"h", RankFailed{3, "worker", Signaled{SIGKILL}}, ""}, 137},
      {Cause{"h", HostFailed{"prepare", 2}, ""}, 2},
      {Cause{"h", HostLost{}, ""}, 69},
      {Cause{"h", Stopped{SIGTERM}, ""}, 143},
  };
  for (const Case& c : cases)
    EXPECT_EQ(ExitCodeFor({.cause = c.cause, .unaccounted_hosts = {}}), c.expected);
}

}  // namespace
}  // namespace sm
