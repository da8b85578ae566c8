#include "bootstrap/base/console.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/support/console_capture.h"
#include "tests/support/status_matchers.h"

namespace sm {
namespace {

using ::sm::testing::ConsoleCapture;
using ::sm::testing::IsOk;
using ::sm::testing::StatusIs;

constexpr absl::Duration kPatience = absl::Milliseconds(5);

TEST(ConsoleTest, WritersAreNamedApart) { EXPECT_NE(NewConsoleWriter(), NewConsoleWriter()); }

TEST(ConsoleTest, KnowsWhetherBothStreamsAreOneFile) {
  ConsoleCapture one(ConsoleCapture::kOneFile);
  EXPECT_TRUE(ConsoleIsOneFile());
  ConsoleCapture two(ConsoleCapture::kTwoFiles);
  EXPECT_FALSE(ConsoleIsOneFile());
}

TEST(ConsoleTest, OnlyWhoLeftTheLineOpenGoesOnWithIt) {
  const ConsoleWriter a = NewConsoleWriter();
  const ConsoleWriter b = NewConsoleWriter();
  ConsoleCapture capture;
  EXPECT_THAT(WriteToConsole(1, "a1", nullptr, a), IsOk());
  EXPECT_THAT(WriteToConsole(1, " a2", nullptr, a), IsOk());
  EXPECT_THAT(WriteToConsole(1, "b1\n", nullptr, b), IsOk());
  EXPECT_THAT(WriteToConsole(1, "a3\n", nullptr, a), IsOk());
  EXPECT_THAT(WriteToConsole(1, "plain"), IsOk());
  EXPECT_THAT(WriteToConsole(1, ", more"), IsOk());
  EXPECT_THAT(TryWriteToConsole(1, "log\n", kPatience), IsOk());
  EXPECT_EQ(capture.out(), "a1 a2\nb1\na3\nplain, more\nlog\n");
}

TEST(ConsoleTest, AnEmptyTextChangesNothing) {
  const ConsoleWriter a = NewConsoleWriter();
  ConsoleCapture capture;
  EXPECT_THAT(WriteToConsole(1, "a1", nullptr, a), IsOk());
  EXPECT_THAT(WriteToConsole(1, ""), IsOk());
  EXPECT_THAT(WriteToConsole(1, "a2\n", nullptr, a), IsOk());
  EXPECT_EQ(capture.out(), "a1a2\n");
}

TEST(ConsoleTest, AnOpenLineOfTheOtherStreamMattersOnlyInTheSameFile) {
  {
    ConsoleCapture capture(ConsoleCapture::kOneFile);
    EXPECT_THAT(WriteToConsole(1, "out"), IsOk());
    EXPECT_THAT(WriteToConsole(2, "err\n"), IsOk());
    EXPECT_THAT(WriteToConsole(1, "out\n"), IsOk());
    EXPECT_EQ(capture.out(), "out\nerr\nout\n");
  }
  ConsoleCapture capture(ConsoleCapture::kTwoFiles);
  EXPECT_THAT(WriteToConsole(1, "out"), IsOk());
  EXPECT_THAT(WriteToConsole(2, "err\n"), IsOk());
  EXPECT_THAT(WriteToConsole(1, " and out\n"), IsOk());
  EXPECT_EQ(capture.out(), "out and out\n");
  EXPECT_EQ(capture.err(), "err\n");
}

TEST(ConsoleTest, PiecesAreOneUnit) {
  ConsoleCapture capture;
  std::vector<std::string> pieces = {"one ", "two ", "three\n"};
  size_t at = 0;
  auto next = [&]() -> absl::string_view {
    return at < pieces.size() ? absl::string_view(pieces[at++]) : absl::string_view();
  };
  EXPECT_THAT(WritePiecesToConsole(1, next), IsOk());
  EXPECT_EQ(capture.out(), "one two three\n");
}

TEST(ConsoleTest, WritersOfManyThreadsDoNotMix) {
  ConsoleCapture capture(ConsoleCapture::kOneFile);
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([t] {
      const std::string line = std::string(10'000, static_cast<char>('a' + t)) + "\n";
      for (int i = 0; i < 50; ++i) WriteToConsole(1 + (t + i) % 2, line).IgnoreError();
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::vector<std::string> lines = absl::StrSplit(capture.out(), '\n', absl::SkipEmpty());
  EXPECT_EQ(lines.size(), 200U);
  for (const std::string& line : lines) EXPECT_EQ(line, std::string(10'000, line[0]));
}

// Stdout is a pipe until the end of the scope.
class PipedStdout {
 public:
  PipedStdout() : saved_(dup(STDOUT_FILENO)) {
    signal(SIGPIPE, SIG_IGN);
    int fds[2];
    if (pipe2(fds, O_CLOEXEC) != 0) abort();
    reader.Reset(fds[0]);
    dup2(fds[1], STDOUT_FILENO);
    close(fds[1]);
  }
  ~PipedStdout() { dup2(saved_.get(), STDOUT_FILENO); }

  UniqueFd reader;

 private:
  UniqueFd saved_;
};

TEST(ConsoleTest, AReaderWhoLeftIsAnError) {
  PipedStdout stdout_pipe;
  stdout_pipe.reader.Reset();
  EXPECT_THAT(WriteToConsole(1, "text\n"), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(TryWriteToConsole(1, "text\n", kPatience),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST(ConsoleTest, TryGivesUpOnAReaderWhoHasStalledHoweverLongTheText) {
  PipedStdout stdout_pipe;
  const std::string more_than_fits(200'000, 'x');
  EXPECT_THAT(TryWriteToConsole(1, more_than_fits, kPatience),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_THAT(TryWriteToConsole(1, "text\n", kPatience),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
}

// Somebody who is stuck in a write to a stdout that nobody reads.
class BlockedWriter {
 public:
  BlockedWriter() : thread_([] { WriteToConsole(1, std::string(200'000, 'x')).IgnoreError(); }) {
    while (TryWriteToConsole(1, "", absl::ZeroDuration()).ok()) {
    }
  }
  ~BlockedWriter() {
    stdout_pipe_.reader.Reset();
    thread_.join();
  }

 private:
  PipedStdout stdout_pipe_;
  std::thread thread_;
};

TEST(ConsoleTest, TryGivesUpOnAConsoleThatIsBusyAndWritersWhenTheyAreTold) {
  BlockedWriter blocked;
  EXPECT_TRUE(ConsoleIsBusy());
  EXPECT_THAT(TryWriteToConsole(1, "text\n", absl::ZeroDuration()),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_THAT(WriteToConsole(1, "text\n", [] { return true; }),
              StatusIs(absl::StatusCode::kAborted));
}

TEST(ConsoleTest, AFullStdoutDoesNotHoldUpStderr) {
  BlockedWriter blocked;
  EXPECT_THAT(TryWriteToConsole(2, "all the same\n", absl::ZeroDuration()), IsOk());
}

}  // namespace
}  // namespace sm
