#include "bootstrap/process/supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "bootstrap/base/file.h"
#include "tests/process/gang.h"
#include "tests/support/console_capture.h"

namespace sm {
namespace {

using ::sm::testing::ConsoleCapture;
using ::sm::testing::Gang;
using ::sm::testing::Shell;
using ::sm::testing::TaskOf;
using ::sm::testing::Testcase;
using ::testing::Each;
using ::testing::ElementsAre;

constexpr absl::Duration kForEver = absl::Hours(10);

TEST(SupervisorTest, EveryExitCodeMakesTheRoundTrip) {
  Gang gang;
  std::vector<Supervisor::Task> tasks;
  tasks.reserve(256);
  for (int code = 0; code < 256; ++code) {
    tasks.push_back(TaskOf(Testcase("exit_with", {absl::StrCat(code)})));
  }
  std::vector<ExitResult> results = gang.Run(std::move(tasks));
  for (int code = 0; code < 256; ++code) EXPECT_EQ(results[code], ExitResult(Exited{code}));
  EXPECT_EQ(gang.supervisor().running(), 0);
}

TEST(SupervisorTest, EveryFatalSignalMakesTheRoundTrip) {
  std::vector<int> fatal;
  for (int signo = 1; signo <= SIGRTMAX; ++signo) {
    bool harmless = signo == SIGSTOP || signo == SIGTSTP || signo == SIGTTIN || signo == SIGTTOU ||
                    signo == SIGCONT || signo == SIGCHLD || signo == SIGURG || signo == SIGWINCH;
    if (!harmless) fatal.push_back(signo);
  }
  Gang gang;
  std::vector<Supervisor::Task> tasks;
  tasks.reserve(fatal.size());
  for (int signo : fatal) {
    tasks.push_back(TaskOf(Testcase("die_by_signal", {absl::StrCat(signo)})));
  }
  std::vector<ExitResult> results = gang.Run(std::move(tasks));
  for (size_t i = 0; i < fatal.size(); ++i) {
    EXPECT_EQ(results[i], ExitResult(Signaled{fatal[i], false})) << SignalName(fatal[i]);
  }
}

// Two children that are ready and ignore SIGTERM, with the pids that they reported.
class StubbornPair {
 public:
  StubbornPair() {
    gang_.Start({TaskOf(Testcase("ignore_term")), TaskOf(Testcase("ignore_term"))});
    while (Ready() < 2) sched_yield();
  }
  Gang& operator*() { return gang_; }
  Gang* operator->() { return &gang_; }

 private:
  int Ready() const {
    std::string text = capture_.out();
    return static_cast<int>(std::count(text.begin(), text.end(), '\n'));
  }

  ConsoleCapture capture_;
  Gang gang_;
};

TEST(SupervisorTest, WhoIgnoresTermIsKilledAfterTheGrace) {
  StubbornPair gang;
  const MonotonicTime before = gang->loop().Now();
  gang->supervisor().Stop(SIGTERM, absl::Milliseconds(150));
  gang->RunToEnd();
  EXPECT_THAT(gang->results(), Each(ExitResult(Signaled{SIGKILL, false})));
  EXPECT_GE(gang->loop().Now() - before, absl::Milliseconds(150));
}

TEST(SupervisorTest, NoGraceKillsAtOnce) {
  StubbornPair gang;
  gang->supervisor().Stop(SIGTERM, absl::ZeroDuration());
  gang->RunToEnd();
  EXPECT_THAT(gang->results(), Each(ExitResult(Signaled{SIGKILL, false})));
}

TEST(SupervisorTest, ASecondStopShortensTheGrace) {
  StubbornPair gang;
  gang->supervisor().Stop(SIGTERM, kForEver);
  gang->supervisor().Stop(SIGTERM, absl::Milliseconds(1));
  gang->RunToEnd();
  EXPECT_THAT(gang->results(), Each(ExitResult(Signaled{SIGKILL, false})));
}

TEST(SupervisorTest, ASecondStopDoesNotLengthenTheGrace) {
  StubbornPair gang;
  gang->supervisor().Stop(SIGTERM, absl::Milliseconds(1));
  gang->supervisor().Stop(SIGTERM, kForEver);
  gang->RunToEnd();
  EXPECT_THAT(gang->results(), Each(ExitResult(Signaled{SIGKILL, false})));
}

TEST(SupervisorTest, TheGraceIsNotWaitedOutOnceTheChildIsDead) {
  Gang gang;
  gang.Start({TaskOf(Shell("exec sleep 36000"))});
  gang.supervisor().Stop(SIGTERM, kForEver);
  gang.RunToEnd();  // or the test's time limit ends it
  EXPECT_THAT(gang.results(), ElementsAre(ExitResult(Signaled{SIGTERM, false})));
}

TEST(SupervisorTest, TheSignalReachesTheWholeGroup) {
  Gang gang;
  gang.Start({TaskOf(Shell("sleep 36000 & exec sleep 36000"))});
  gang.supervisor().Stop(SIGINT, kForEver);
  gang.RunToEnd();
  EXPECT_THAT(gang.results(), ElementsAre(ExitResult(Signaled{SIGINT, false})));
  // The background process held the pipes; a shell starts it with SIGINT ignored, so it was swept.
  EXPECT_TRUE(gang.pump().Drain(kForEver));
}

TEST(SupervisorTest, ASuspendedChildCanStillEndPolitely) {
  Gang gang;
  ConsoleCapture capture;
  gang.Start({TaskOf(Shell("trap 'exit 7' TERM; echo $$; kill -STOP $$; while :; do :; done"))});
  while (capture.out().empty()) sched_yield();
  int pid = atoi(capture.out().c_str());
  siginfo_t info{};
  ASSERT_EQ(waitid(P_PID, static_cast<id_t>(pid), &info, WSTOPPED | WNOWAIT), 0);
  gang.supervisor().Stop(SIGTERM, kForEver);
  gang.RunToEnd();
  EXPECT_THAT(gang.results(), ElementsAre(ExitResult(Exited{7})));
}

TEST(SupervisorTest, StopWithNothingRunningDoesNothing) {
  Gang gang;
  gang.supervisor().Stop(SIGTERM, absl::Seconds(1));
  EXPECT_EQ(gang.Run(Testcase("exit_with", {"4"})), ExitResult(Exited{4}));
  gang.supervisor().Stop(SIGTERM, absl::Seconds(1));
  EXPECT_EQ(gang.reports(), 1U);
}

// A process that lives on after its leader, found again by its pid in the leader's output.
struct Grandchild {
  pid_t pid = 0;
  UniqueFd pidfd;

  explicit Grandchild(const std::string& output) {
    if (sscanf(output.c_str(), "grandchild %d", &pid) == 1) {
      pidfd.Reset(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
    }
  }
  bool IsAlive() const {
    pollfd event{.fd = pidfd.get(), .events = POLLIN, .revents = 0};
    return pidfd.valid() && poll(&event, 1, 0) == 0;
  }
  void AwaitEnd() const {
    pollfd event{.fd = pidfd.get(), .events = POLLIN, .revents = 0};
    ASSERT_TRUE(pidfd.valid());
    poll(&event, 1, -1);
  }
};

class GrandchildTest : public ::testing::Test {
 protected:
  GrandchildTest() { Reaper::BecomeSubreaper(); }

  Grandchild AwaitGrandchild() {
    while (capture_.out().find('\n') == std::string::npos) sched_yield();
    return Grandchild(capture_.out());
  }

  ConsoleCapture capture_;
  Gang gang_;
};

TEST_F(GrandchildTest, TheEndIsTheExitNotTheEndOfThePipe) {
  EXPECT_EQ(gang_.Run(Testcase("leave_grandchild", {"9"})), ExitResult(Exited{9}));
  Grandchild grandchild = AwaitGrandchild();
  EXPECT_TRUE(grandchild.IsAlive());  // Left alone as long as the gang is not over.
  EXPECT_FALSE(gang_.pump().Drain(absl::ZeroDuration()));
  gang_.DestroySupervisor();
  grandchild.AwaitEnd();
  EXPECT_TRUE(gang_.pump().Drain(kForEver));
}

TEST_F(GrandchildTest, StopSweepsWhatIsLeftOfTheGang) {
  gang_.Start({TaskOf(Testcase("leave_grandchild")), TaskOf(Shell("exec sleep 36000"))});
  gang_.RunUntilEnded(0);
  Grandchild grandchild = AwaitGrandchild();
  EXPECT_TRUE(grandchild.IsAlive());
  gang_.supervisor().Stop(SIGTERM, kForEver);
  gang_.RunToEnd();
  grandchild.AwaitEnd();
}

TEST_F(GrandchildTest, StopAfterTheLastExitSweepsAtOnce) {
  gang_.Run(Testcase("leave_grandchild"));
  Grandchild grandchild = AwaitGrandchild();
  gang_.supervisor().Stop(SIGTERM, kForEver);
  grandchild.AwaitEnd();
}

TEST(SupervisorTest, FailuresToStartAreReportedFromTheLoop) {
  Gang gang;
  Command missing{.program = "/no/such", .argv = {"such"}, .env = {}, .directory = ""};
  Command misplaced = Testcase("exit_with", {"0"});
  misplaced.directory = "/no/such";
  gang.Start({TaskOf(missing), TaskOf(Testcase("exit_with", {"1"})), TaskOf(misplaced)});
  EXPECT_EQ(gang.reports(), 0U);
  EXPECT_EQ(gang.supervisor().running(), 3);
  gang.RunToEnd();
  EXPECT_THAT(gang.results(),
              ElementsAre(ExitResult(NotStarted{SpawnStage::kExec, ENOENT}), ExitResult(Exited{1}),
                          ExitResult(NotStarted{SpawnStage::kDirectory, ENOENT})));
  EXPECT_EQ(gang.supervisor().running(), 0);
}

TEST(SupervisorTest, AnUnusableLogFileIsAFailureToStart) {
  Gang gang;
  Supervisor::Task task = TaskOf(Testcase("exit_with", {"0"}));
  task.output.log_file = "/no/such/directory/rank-0.log";
  ConsoleCapture capture;
  EXPECT_THAT(gang.Run({task}), ElementsAre(ExitResult(NotStarted{SpawnStage::kPrepare, ENOENT})));
  EXPECT_THAT(capture.err(), ::testing::HasSubstr("/no/such/directory/rank-0.log"));
}

TEST(SupervisorTest, DestructionEndsEverybodyWithoutACallback) {
  StubbornPair gang;
  gang->DestroySupervisor();
  EXPECT_EQ(gang->reports(), 0U);
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST(SupervisorTest, MayBeDestroyedFromItsCallback) {
  Gang gang;
  gang.on_exit = [&](size_t, const ExitResult&) {
    gang.DestroySupervisor();
    gang.loop().Quit();
  };
  gang.Start({TaskOf(Testcase("exit_with", {"0"})), TaskOf(Shell("exec sleep 36000"))});
  gang.loop().Run();
  EXPECT_TRUE(gang.ended(0));
  EXPECT_FALSE(gang.ended(1));
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
}

TEST(SupervisorTest, DestructionDropsReportsThatAreUnderWay) {
  Gang gang;
  gang.Start({TaskOf({.program = "/no/such", .argv = {"such"}, .env = {}, .directory = ""})});
  gang.DestroySupervisor();
  gang.loop().Post([&] { gang.loop().Quit(); });
  gang.loop().Run();
  EXPECT_EQ(gang.reports(), 0U);
}

TEST(SupervisorTest, AChildThatClosesItsStdoutIsStillRunning) {
  ConsoleCapture capture;
  Gang gang;
  EXPECT_EQ(gang.Run(Testcase("close_stdout")), ExitResult(Exited{3}));
  EXPECT_TRUE(gang.pump().Drain(kForEver));
  EXPECT_EQ(capture.out(), "before\n");
  EXPECT_EQ(capture.err(), "after\n");
}

}  // namespace
}  // namespace sm
