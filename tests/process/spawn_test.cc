#include "bootstrap/process/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cstddef>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/process/gang.h"

namespace sm {
namespace {

using ::sm::testing::ReadablePipe;
using ::sm::testing::Testcase;
using ::testing::Contains;
using ::testing::IsSupersetOf;
using ::testing::Not;

// Runs `command` to its end and returns the lines that it wrote to stdout.
std::vector<std::string> OutputLines(const Command& command) {
  ReadablePipe pipe;
  auto spawned = Spawn(command, {.out = pipe.write_end.get(), .err = STDERR_FILENO});
  const auto* pid = std::get_if<pid_t>(&spawned);
  if (pid == nullptr) return {Describe(std::get<NotStarted>(spawned))};
  std::string text = pipe.ReadAll();
  int status = -1;
  EXPECT_EQ(waitpid(*pid, &status, 0), *pid);
  EXPECT_EQ(status, 0);
  return absl::StrSplit(text, '\n', absl::SkipEmpty());
}

bool HasNoChildren() { return waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD; }

// What every child must find, however its parent looks.
void ExpectBornClean(const std::vector<std::string>& state) {
  EXPECT_THAT(state, IsSupersetOf({
                         std::string("SigBlk:\t0000000000000000"),
                         std::string("SigIgn:\t0000000000000000"),
                         std::string("SigCgt:\t0000000000000000"),
                         std::string("descriptors: 0 1 2"),
                         std::string("stdin: /dev/null"),
                         std::string("leads its group: 1"),
                         std::string("parent-death signal: 9"),
                         absl::StrCat("parent: ", getpid()),
                     }));
}

// Descriptors, signals and masks that must not get through to a child.
void MakeAMess() {
  sigset_t some;
  sigemptyset(&some);
  for (int signo : {SIGTERM, SIGINT, SIGUSR1, SIGRTMIN + 3}) sigaddset(&some, signo);
  pthread_sigmask(SIG_BLOCK, &some, nullptr);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGHUP, SIG_IGN);
  signal(SIGUSR2, [](int) {});
  signal(SIGRTMIN + 5, [](int) {});
  EXPECT_EQ(dup2(STDERR_FILENO, 100), 100);  // dup2() leaves close-on-exec off
  EXPECT_EQ(dup2(STDERR_FILENO, 200), 200);
}

TEST(SpawnTest, ChildIsBornClean) {
  MakeAMess();
  ExpectBornClean(OutputLines(Testcase("print_state")));
}

// Makes close_range() fail as it does on kernels that lack it.
void TakeCloseRangeAway() {
  sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_close_range, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  sock_fprog program{.len = 4, .filter = filter};
  ASSERT_EQ(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
    GTEST_SKIP() << "this kernel has no seccomp filters";
  }
}

TEST(SpawnTest, ChildIsBornCleanWithoutCloseRange) {
  TakeCloseRangeAway();
  if (IsSkipped()) return;
  MakeAMess();
  for (int fd = 10; fd < 90; ++fd) ASSERT_EQ(dup2(STDERR_FILENO, fd), fd);
  ExpectBornClean(OutputLines(Testcase("print_state")));
}

TEST(SpawnTest, ArgumentsEnvironmentAndDirectoryArriveAsTheyAre) {
  Command command = Testcase("print_state", {"", "two words", "$HOME `id` * \\ \"'"});
  command.env = {{"EMPTY", ""}, {"SPACED", " a b "}, {"odd name", "x=y"}};
  command.directory = "/usr";
  EXPECT_THAT(OutputLines(command), IsSupersetOf<std::string>({
                                        "directory: /usr",
                                        "argv[0]: print_state",
                                        "argv[1]: ",
                                        "argv[2]: two words",
                                        "argv[3]: $HOME `id` * \\ \"'",
                                        "env: EMPTY=",
                                        "env: SPACED= a b ",
                                        "env: odd name=x=y",
                                    }));
}

TEST(SpawnTest, InheritsNoVariable) {
  ASSERT_EQ(setenv("SM_TEST_LEAK", "1", 1), 0);
  EXPECT_THAT(OutputLines(Testcase("print_state")), Not(Contains("env: SM_TEST_LEAK=1")));
}

TEST(SpawnTest, LeavesTheCallersMaskAsItWas) {
  sigset_t before;
  sigset_t after;
  sigemptyset(&before);
  sigaddset(&before, SIGUSR1);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  OutputLines(Testcase("print_state"));
  pthread_sigmask(SIG_SETMASK, nullptr, &after);
  for (int signo = 1; signo < NSIG; ++signo) {
    EXPECT_EQ(sigismember(&before, signo), sigismember(&after, signo)) << signo;
  }
}

TEST(SpawnTest, WorksWhenOurOwnStandardStreamsAreClosed) {
  int saved[3];
  for (int fd = 0; fd < 3; ++fd) {
    saved[fd] = fcntl(fd, F_DUPFD_CLOEXEC, 10);
    close(fd);
  }
  ReadablePipe pipe;  // takes descriptors 0 and 1
  int out = pipe.write_end.get();
  auto spawned = Spawn(Testcase("print_state"), {.out = out, .err = out});
  std::string text = pipe.ReadAll();
  pipe.read_end.Reset();
  for (int fd = 0; fd < 3; ++fd) {
    if (saved[fd] >= 0) dup2(saved[fd], fd);
  }
  ASSERT_LT(out, 3);
  ASSERT_TRUE(std::holds_alternative<pid_t>(spawned));
  int status = -1;
  waitpid(std::get<pid_t>(spawned), &status, 0);
  EXPECT_EQ(status, 0);
  ExpectBornClean(absl::StrSplit(text, '\n'));
}

TEST(SpawnTest, StreamsMayBeSwapped) {
  ReadablePipe out;
  ReadablePipe err;
  // The child's stdout is what we have as 2, and the other way round.
  int saved_out = fcntl(1, F_DUPFD_CLOEXEC, 10);
  int saved_err = fcntl(2, F_DUPFD_CLOEXEC, 10);
  dup2(err.write_end.get(), 1);
  dup2(out.write_end.get(), 2);
  auto spawned = Spawn(sm::testing::Shell("echo o; echo e >&2"), {.out = 2, .err = 1});
  dup2(saved_out, 1);
  dup2(saved_err, 2);
  close(saved_out);
  close(saved_err);
  EXPECT_EQ(out.ReadAll(), "o\n");
  EXPECT_EQ(err.ReadAll(), "e\n");
  ASSERT_TRUE(std::holds_alternative<pid_t>(spawned));
  waitpid(std::get<pid_t>(spawned), nullptr, 0);
}

struct FailureCase {
  const char* name;
  Command command;
  NotStarted expected;
};

void PrintTo(const FailureCase& c, std::ostream* out) { *out << c.name; }

class SpawnFailureTest : public ::testing::TestWithParam<FailureCase> {};

TEST_P(SpawnFailureTest, NamesStageAndReasonAndLeavesNoZombie) {
  auto spawned = Spawn(GetParam().command, {.out = STDOUT_FILENO, .err = STDERR_FILENO});
  ASSERT_TRUE(std::holds_alternative<NotStarted>(spawned));
  EXPECT_EQ(std::get<NotStarted>(spawned), GetParam().expected)
      << Describe(std::get<NotStarted>(spawned));
  EXPECT_TRUE(HasNoChildren());
}

Command Program(std::string path) {
  return {.program = path, .argv = {path}, .env = {}, .directory = ""};
}

Command InDirectory(std::string directory) {
  Command command = Program("/bin/true");
  command.directory = std::move(directory);
  return command;
}

Command WithArgument(std::string argument) {
  Command command = Program("/bin/true");
  command.argv.push_back(std::move(argument));
  return command;
}

INSTANTIATE_TEST_SUITE_P(
    All, SpawnFailureTest,
    ::testing::Values(
        FailureCase{"NotFound", Program("/no/such/program"), {SpawnStage::kExec, ENOENT}},
        FailureCase{"NotExecutable", Program("/etc/passwd"), {SpawnStage::kExec, EACCES}},
        FailureCase{"ADirectory", Program("/usr"), {SpawnStage::kExec, EACCES}},
        FailureCase{"EmptyPath", Program(""), {SpawnStage::kExec, ENOENT}},
        FailureCase{"MissingDirectory", InDirectory("/no/such"), {SpawnStage::kDirectory, ENOENT}},
        FailureCase{
            "DirectoryIsAFile", InDirectory("/etc/passwd"), {SpawnStage::kDirectory, ENOTDIR}},
        FailureCase{"ArgumentTooLong",
                    WithArgument(std::string(size_t{4} << 20, 'x')),
                    {SpawnStage::kExec, E2BIG}},
        FailureCase{
            "NulInArgument", WithArgument(std::string("a\0b", 3)), {SpawnStage::kPrepare, EINVAL}},
        FailureCase{"NoArgv",
                    {.program = "/bin/true", .argv = {}, .env = {}, .directory = ""},
                    {SpawnStage::kPrepare, EINVAL}}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(SpawnTest, ClosedDescriptorIsAStdioFailure) {
  int closed = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 50);
  close(closed);
  auto spawned = Spawn(Program("/bin/true"), {.out = closed});
  ASSERT_TRUE(std::holds_alternative<NotStarted>(spawned));
  EXPECT_EQ(std::get<NotStarted>(spawned), (NotStarted{SpawnStage::kStdio, EBADF}));
  EXPECT_TRUE(HasNoChildren());
}

// The orphans come to us, who therefore can wait for them.
TEST(SpawnTest, ChildrenDieWithTheirParent) {
  ASSERT_EQ(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0);
  ReadablePipe pipe;
  Command holder = Program(SM_GANG_HOLDER);
  auto spawned = Spawn(holder, {.out = pipe.write_end.get(), .err = STDERR_FILENO});
  ASSERT_TRUE(std::holds_alternative<pid_t>(spawned));
  std::vector<pid_t> orphans;
  for (int i = 0; i < 2; ++i) {
    int pid = 0;
    ASSERT_EQ(sscanf(pipe.ReadLine().c_str(), "ready %d", &pid), 1);
    orphans.push_back(pid);
  }
  kill(std::get<pid_t>(spawned), SIGKILL);
  for (pid_t pid : orphans) {
    int status = 0;
    // Not ours before the holder is dead, which may take a moment.
    while (waitpid(pid, &status, 0) != pid) sched_yield();
    EXPECT_TRUE(WIFSIGNALED(status));
    EXPECT_EQ(WTERMSIG(status), SIGKILL);
  }
}

}  // namespace
}  // namespace sm
