#include "bootstrap/process/reaper.h"

#include <errno.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bootstrap/process/spawn.h"
#include "tests/process/gang.h"

namespace sm {
namespace {

using ::sm::testing::ReadablePipe;
using ::sm::testing::Testcase;

pid_t ForkThatExits(int code) {
  pid_t pid = fork();
  if (pid == 0) _exit(code);
  return pid;
}

// Until `pid` is a zombie, and leaves it one.
void AwaitZombie(pid_t pid) {
  siginfo_t info{};
  ASSERT_EQ(waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT), 0);
}

TEST(ReaperTest, TellsEachWaiterItsOwnResultOnce) {
  Reaper reaper;
  std::vector<pid_t> pids;
  std::vector<std::vector<ExitResult>> results(10);
  for (int i = 0; i < 10; ++i) {
    pids.push_back(ForkThatExits(i));
    reaper.Expect(pids.back(), [&results, i](const ExitResult& r) { results[i].push_back(r); });
  }
  for (pid_t pid : pids) AwaitZombie(pid);
  reaper.Reap();
  reaper.Reap();
  for (int i = 0; i < 10; ++i) EXPECT_EQ(results[i], std::vector<ExitResult>{Exited{i}}) << i;
}

TEST(ReaperTest, DoesNotBlockWhenNothingHasEnded) {
  Reaper reaper;
  reaper.Reap();
  pid_t pid = fork();
  if (pid == 0) {
    while (true) pause();
  }
  reaper.Reap();
  kill(pid, SIGKILL);
  AwaitZombie(pid);
  reaper.Reap();
  EXPECT_EQ(kill(pid, 0), -1);
}

TEST(ReaperTest, CallbacksMayExpectMore) {
  Reaper reaper;
  std::vector<ExitResult> results;
  pid_t first = ForkThatExits(1);
  reaper.Expect(first, [&](const ExitResult& result) {
    results.push_back(result);
    pid_t second = ForkThatExits(2);
    reaper.Expect(second, [&](const ExitResult& other) { results.push_back(other); });
    AwaitZombie(second);
  });
  AwaitZombie(first);
  reaper.Reap();
  EXPECT_EQ(results, (std::vector<ExitResult>{Exited{1}, Exited{2}}));
}

TEST(ReaperTest, StrangersAreCollectedToo) {
  Reaper::BecomeSubreaper();
  Reaper reaper;
  ReadablePipe pipe;
  auto spawned = Spawn(Testcase("leave_grandchild"), {.out = pipe.write_end.get()});
  ASSERT_TRUE(std::holds_alternative<pid_t>(spawned));
  int stranger = 0;
  ASSERT_EQ(sscanf(pipe.ReadLine().c_str(), "grandchild %d", &stranger), 1);
  AwaitZombie(std::get<pid_t>(spawned));  // From now on the grandchild is ours.
  kill(stranger, SIGKILL);
  AwaitZombie(stranger);
  reaper.Reap();
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

}  // namespace
}  // namespace sm
