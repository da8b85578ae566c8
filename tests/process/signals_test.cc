#include "bootstrap/process/signals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/process/gang.h"
#include "tests/support/status_matchers.h"

namespace sm {
namespace {

using ::testing::UnorderedElementsAre;

// Signal 0, which only asks: were a guard missing, these would answer for us or for everybody.
TEST(SignalGroupTest, RefusesWhatIsNoGroupOfAChild) {
  for (pid_t pid : {1, 0, -1, -getpid()}) EXPECT_FALSE(SignalGroup(pid, 0)) << pid;
}

TEST(SignalGroupTest, KnowsWhetherAGroupHasMembers) {
  pid_t child = fork();
  if (child == 0) {
    setpgid(0, 0);
    while (true) pause();
  }
  setpgid(child, child);
  EXPECT_TRUE(SignalGroup(child, 0));
  EXPECT_TRUE(SignalGroup(child, SIGKILL));
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(WTERMSIG(status), SIGKILL);
  EXPECT_FALSE(SignalGroup(child, 0));
}

TEST(SignalWatcherTest, TellsStopSignalsApart) {
  BlockSignals();
  SM_ASSERT_OK_AND_ASSIGN(auto loop, EventLoop::Create());
  std::vector<int> seen;
  auto on_stop = [&](int signo) {
    seen.push_back(signo);
    if (seen.size() == 3) loop->Quit();
  };
  SM_ASSERT_OK_AND_ASSIGN(auto watcher, SignalWatcher::Create(*loop, {nullptr, on_stop}));
  for (int signo : {SIGTERM, SIGINT, SIGHUP}) kill(getpid(), signo);
  loop->Run();
  EXPECT_THAT(seen, UnorderedElementsAre(SIGTERM, SIGINT, SIGHUP));
}

TEST(SignalWatcherTest, TellsOfChildren) {
  BlockSignals();
  SM_ASSERT_OK_AND_ASSIGN(auto loop, EventLoop::Create());
  SM_ASSERT_OK_AND_ASSIGN(auto watcher,
                          SignalWatcher::Create(*loop, {[&] { loop->Quit(); }, nullptr}));
  pid_t child = fork();
  if (child == 0) _exit(5);
  loop->Run();
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 5);
}

TEST(BlockSignalsTest, UndoesAnInheritedIgnoreOfChildren) {
  signal(SIGCHLD, SIG_IGN);
  BlockSignals();
  pid_t child = fork();
  if (child == 0) _exit(6);
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 6);
}

TEST(BlockSignalsTest, RespectsNohup) {
  signal(SIGHUP, SIG_IGN);
  BlockSignals();
  kill(getpid(), SIGHUP);
  sigset_t pending;
  sigpending(&pending);
  EXPECT_FALSE(sigismember(&pending, SIGHUP));
}

TEST(BlockSignalsTest, AReaderWhoLeftIsAnErrorNotTheEnd) {
  BlockSignals();
  sm::testing::ReadablePipe pipe;
  pipe.read_end.Reset();
  EXPECT_EQ(write(pipe.write_end.get(), "x", 1), -1);
  EXPECT_EQ(errno, EPIPE);
}

}  // namespace
}  // namespace sm
