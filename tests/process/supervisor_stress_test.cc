#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "bootstrap/process/supervisor.h"
#include "tests/process/gang.h"

namespace sm {
namespace {

using ::sm::testing::Gang;
using ::sm::testing::TaskOf;

// Sanitizers make this many times slower and look for other things.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int kLaunches = 50;
#else
constexpr int kLaunches = 1000;
#endif
constexpr int kProcesses = 64;

// mpirun 4.1.4 hangs now and then in a run like this one.
TEST(SupervisorStressTest, AThousandLaunchesOfTrueLoseNoExitStatus) {
  const Command command{.program = "/bin/true", .argv = {"true"}, .env = {}, .directory = ""};
  for (int launch = 0; launch < kLaunches; ++launch) {
    Gang gang;
    for (const ExitResult& result :
         gang.Run(std::vector<Supervisor::Task>(kProcesses, TaskOf(command)))) {
      ASSERT_EQ(result, ExitResult(Exited{0})) << "launch " << launch;
    }
    ASSERT_EQ(gang.reports(), size_t{kProcesses});
    ASSERT_TRUE(gang.pump().Drain(absl::InfiniteDuration()));
  }
}

TEST(SupervisorStressTest, StopAtAnyMomentEndsEverybody) {
  const Command command{
      .program = "/bin/sleep", .argv = {"sleep", "36000"}, .env = {}, .directory = ""};
  for (int launch = 0; launch < kLaunches / 10; ++launch) {
    Gang gang;
    gang.Start(std::vector<Supervisor::Task>(8, TaskOf(command)));
    gang.loop().After(absl::Microseconds(launch * 50),
                      [&] { gang.supervisor().Stop(SIGTERM, absl::Hours(1)); });
    gang.RunToEnd();
    for (const ExitResult& result : gang.results()) {
      ASSERT_EQ(result, ExitResult(Signaled{SIGTERM, false}));
    }
  }
}

}  // namespace
}  // namespace sm
