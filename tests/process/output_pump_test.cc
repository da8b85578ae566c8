#include "bootstrap/process/output_pump.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <map>
#include <thread>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "bootstrap/base/console.h"
#include "bootstrap/base/file.h"
#include "bootstrap/base/log.h"
#include "tests/process/gang.h"
#include "tests/support/console_capture.h"
#include "tests/support/file_tree.h"
#include "tests/support/status_matchers.h"

namespace sm {
namespace {

using ::sm::testing::ConsoleCapture;
using ::sm::testing::Gang;
using ::sm::testing::ReadablePipe;
using ::sm::testing::TaskOf;
using ::sm::testing::Testcase;
using ::testing::AnyOf;
using ::testing::HasSubstr;

constexpr absl::Duration kForEver = absl::InfiniteDuration();

void Write(const UniqueFd& fd, absl::string_view text) {
  while (!text.empty()) {
    ssize_t n = write(fd.get(), text.data(), text.size());
    ASSERT_GT(n, 0);
    text.remove_prefix(static_cast<size_t>(n));
  }
}

// Several streams that the test writes to itself.
class OutputPumpTest : public ::testing::Test {
 protected:
  OutputPumpTest() {
    BlockSignals();
    pump_ = OutputPump::Create().value();
  }
  ChildStdio Open(std::string prefix, std::string log_file = "") {
    return pump_->Open({std::move(prefix), std::move(log_file)}).value();
  }

  std::unique_ptr<OutputPump> pump_;
};

TEST_F(OutputPumpTest, StdoutGoesToStdoutAndStderrToStderr) {
  ConsoleCapture capture;
  ChildStdio stdio = Open("");
  Write(stdio.out, "one\ntwo\n");
  Write(stdio.err, "three\n");
  stdio = {};
  EXPECT_TRUE(pump_->Drain(kForEver));
  EXPECT_EQ(capture.out(), "one\ntwo\n");
  EXPECT_EQ(capture.err(), "three\n");
}

TEST_F(OutputPumpTest, EveryLineGetsThePrefix) {
  ConsoleCapture capture;
  ChildStdio stdio = Open("[algo-2:3] ");
  Write(stdio.out, "one\n\nthree\npart");
  stdio = {};
  EXPECT_TRUE(pump_->Drain(kForEver));
  EXPECT_EQ(capture.out(), "[algo-2:3] one\n[algo-2:3] \n[algo-2:3] three\n[algo-2:3] part");
}

TEST_F(OutputPumpTest, AnyByteIsKept) {
  std::string text;
  for (int i = 0; i < 256; ++i) text += static_cast<char>(i);
  text += "\r\n\r\n\n\xff";
  ConsoleCapture capture;
  ChildStdio stdio = Open("");
  Write(stdio.out, text);
  stdio = {};
  EXPECT_TRUE(pump_->Drain(kForEver));
  EXPECT_EQ(capture.out(), text);
}

TEST_F(OutputPumpTest, ALineWrittenInPartsStaysWhole) {
  ConsoleCapture capture(ConsoleCapture::kOneFile);
  ChildStdio slow = Open("a ");
  ChildStdio quick = Open("b ");
  Write(slow.out, "one");
  Write(quick.out, "two\n");
  Write(quick.err, "three\n");
  quick = {};
  while (capture.out().size() < strlen("b two\nb three\n")) sched_yield();
  Write(slow.out, " half and another\n");
  slow = {};
  EXPECT_TRUE(pump_->Drain(kForEver));
  EXPECT_THAT(capture.out(), AnyOf("b two\nb three\na one half and another\n",
                                   "b three\nb two\na one half and another\n"));
}

TEST_F(OutputPumpTest, ANewlineIsAddedOnlyWhereLinesWouldBeGlued) {
  ConsoleCapture capture(ConsoleCapture::kOneFile);
  Write(Open("a ").out, "without end");
  EXPECT_TRUE(pump_->Drain(kForEver));
  EXPECT_EQ(capture.out(), "a without end");
  Write(Open("b ").err, "neither this");
  EXPECT_TRUE(pump_->Drain(kForEver));
  log::Error("a line of ours");
  EXPECT_THAT(capture.out(),
              ::testing::MatchesRegex("a without end\nb neither this\n.* a line of ours\n"));
}

TEST_F(OutputPumpTest, AnIncompleteLineOfTheOnlyChildIsSoonSeen) {
  ConsoleCapture capture;
  ChildStdio stdio = Open("");
  Write(stdio.out, "Continue? [y/n] ");
  while (capture.out().empty()) sched_yield();
  Write(stdio.out, "yes\n");
  stdio = {};
  EXPECT_TRUE(pump_->Drain(kForEver));
  EXPECT_EQ(capture.out(), "Continue? [y/n] yes\n");
}

TEST_F(OutputPumpTest, LogFilesGetBothStreamsWithoutPrefix) {
  testing::FileTree tree;
  const std::string path = tree.Write("rank-0.log", "from an earlier run\n");
  ConsoleCapture capture;
  ChildStdio stdio = Open("[algo-1:0] ", path);
  Write(stdio.out, "one\ntail");
  stdio.out.Reset();
  while (capture.out().find("tail") == std::string::npos) sched_yield();
  Write(stdio.err, "two\n");
  stdio = {};
  EXPECT_TRUE(pump_->Drain(kForEver));
  EXPECT_EQ(ReadFile(path).value(), "from an earlier run\none\ntail\ntwo\n");
  EXPECT_EQ(capture.out(), "[algo-1:0] one\n[algo-1:0] tail");
}

TEST_F(OutputPumpTest, ALogFileThatCannotBeOpenedIsAnError) {
  EXPECT_THAT(pump_->Open({"", "/no/such/dir/x.log"}),
              testing::StatusIs(absl::StatusCode::kNotFound, HasSubstr("/no/such/dir/x.log")));
}

TEST_F(OutputPumpTest, NoDescriptorsLeftIsAnError) {
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  rlimit few = before;
  few.rlim_cur = 40;
  setrlimit(RLIMIT_NOFILE, &few);
  std::vector<ChildStdio> open;
  absl::Status status;
  while (status.ok() && open.size() < 40) {
    auto stdio = pump_->Open({});
    status = stdio.status();
    if (stdio.ok()) open.push_back(*std::move(stdio));
  }
  setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_THAT(status, testing::StatusIs(absl::StatusCode::kResourceExhausted));
  open.clear();
  EXPECT_TRUE(pump_->Drain(kForEver));
}

TEST_F(OutputPumpTest, DrainGivesUpOnAPipeThatIsHeldOpenAndWritesWhatItHas) {
  ConsoleCapture capture;
  ChildStdio held = Open("p ");
  Write(held.out, "whole\nhalf");
  EXPECT_FALSE(pump_->Drain(absl::Milliseconds(50)));
  EXPECT_EQ(capture.out(), "p whole\np half");
}

// ---- Lines of any length ----

// What long_line prints.
std::string Alphabet(size_t bytes) {
  std::string text(bytes, ' ');
  for (size_t i = 0; i < bytes; ++i) text[i] = static_cast<char>('a' + i % 26);
  return text;
}

int64_t PeakMemoryKilobytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

TEST(OutputPumpLongLineTest, AHundredMegabytesWithoutANewlineCostLittleMemory) {
  constexpr size_t kBytes = 100'000'000;
  ConsoleCapture capture;
  const int64_t before = PeakMemoryKilobytes();
  {
    Gang gang;
    gang.Run({TaskOf(Testcase("long_line", {absl::StrCat(kBytes)}), "[a:0] "),
              TaskOf(Testcase("long_line", {absl::StrCat(kBytes / 10), "newline"}), "[a:1] ")});
    EXPECT_TRUE(gang.pump().Drain(kForEver));
  }
  EXPECT_LT(PeakMemoryKilobytes() - before, 40'000);
  const std::string first = absl::StrCat("[a:0] ", Alphabet(kBytes));
  const std::string second = absl::StrCat("[a:1] ", Alphabet(kBytes / 10), "\n");
  const std::string seen = capture.out();
  EXPECT_TRUE(seen == second + first || seen == first + "\n" + second) << seen.size();
}

TEST(OutputPumpLongLineTest, TheOnlyChildsLongLineGoesStraightThrough) {
  constexpr size_t kBytes = 10'000'000;
  ConsoleCapture capture;
  Gang gang;
  gang.Run(Testcase("long_line", {absl::StrCat(kBytes)}));
  EXPECT_TRUE(gang.pump().Drain(kForEver));
  EXPECT_TRUE(capture.out() == Alphabet(kBytes));
}

TEST_F(OutputPumpTest, OthersNeedNotWaitForTheEndOfALongLine) {
  ConsoleCapture capture;
  ChildStdio endless = Open("a ");
  ChildStdio other = Open("b ");
  for (int i = 0; i < 10; ++i) Write(endless.out, std::string(100'000, '\r'));
  Write(other.out, "alive\n");
  while (capture.out().empty()) sched_yield();
  EXPECT_EQ(capture.out(), "b alive\n");
  Write(endless.out, "\n");
  endless = {};
  other = {};
  EXPECT_TRUE(pump_->Drain(kForEver));
  EXPECT_EQ(capture.out(), absl::StrCat("b alive\na ", std::string(1'000'000, '\r'), "\n"));
}

// ---- Many at once ----

// Checks that `line`, without its prefix, is the line that `noisy` claims it to be.
void ExpectWholeNoisyLine(absl::string_view line, absl::string_view name, absl::string_view stream,
                          int number) {
  std::vector<absl::string_view> words = absl::StrSplit(line, absl::MaxSplits(' ', 4));
  ASSERT_EQ(words.size(), 5U) << line.substr(0, 200);
  EXPECT_EQ(words[0], name);
  EXPECT_EQ(words[1], stream);
  EXPECT_EQ(words[2], absl::StrCat(number));
  size_t length = 0;
  ASSERT_TRUE(absl::SimpleAtoi(words[3], &length));
  EXPECT_TRUE(words[4] == std::string(length, 'x')) << words[3] << ", seen " << words[4].size();
}

// Every stream's lines, without its prefix, must be all there, whole and in order.
void ExpectAllNoisyLines(const std::string& text, int children, int lines, bool both_streams) {
  std::map<std::string, int> next;
  absl::string_view rest = text;
  while (!rest.empty()) {
    size_t end = rest.find('\n');
    ASSERT_NE(end, absl::string_view::npos);
    absl::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    ASSERT_TRUE(line.size() > 8 && line[0] == '[' && line[2] == ']') << line.substr(0, 200);
    std::string name(line.substr(4, 1));
    std::string stream(line.substr(6, 1));
    EXPECT_EQ(line.substr(1, 1), name);
    ASSERT_NO_FATAL_FAILURE(
        ExpectWholeNoisyLine(line.substr(4), name, stream, next[name + stream]++));
  }
  EXPECT_EQ(next.size(), static_cast<size_t>(children * (both_streams ? 2 : 1)));
  for (const auto& [stream, count] : next) EXPECT_EQ(count, lines) << stream;
}

void RunNoisyChildren(int children, int lines, int longest) {
  Gang gang;
  std::vector<Supervisor::Task> tasks;
  for (int i = 0; i < children; ++i) {
    std::string name(1, static_cast<char>('a' + i));
    tasks.push_back(TaskOf(Testcase("noisy", {name, absl::StrCat(lines), absl::StrCat(longest)}),
                           absl::StrCat("[", name, "] ")));
  }
  EXPECT_THAT(gang.Run(std::move(tasks)), ::testing::Each(ExitResult(Exited{0})));
  EXPECT_TRUE(gang.pump().Drain(kForEver));
}

struct NoisyCase {
  const char* name;
  ConsoleCapture::Mode mode;
  int lines;
  int longest;
};

class OutputPumpNoiseTest : public ::testing::TestWithParam<NoisyCase> {};

TEST_P(OutputPumpNoiseTest, NoLineOfEightChildrenIsTornOrLost) {
  const NoisyCase& c = GetParam();
  ConsoleCapture capture(c.mode);
  RunNoisyChildren(8, c.lines, c.longest);
  capture.Finish();
  const bool one_file = c.mode == ConsoleCapture::kOneFile;
  ExpectAllNoisyLines(capture.out(), 8, c.lines, one_file);
  if (!one_file) ExpectAllNoisyLines(capture.err(), 8, c.lines, false);
}

INSTANTIATE_TEST_SUITE_P(
    All, OutputPumpNoiseTest,
    ::testing::Values(NoisyCase{"ShortLinesTwoFiles", ConsoleCapture::kTwoFiles, 3000, 300},
                      NoisyCase{"ShortLinesOneFile", ConsoleCapture::kOneFile, 3000, 300},
                      NoisyCase{"MixedLinesOneFile", ConsoleCapture::kOneFile, 400, 20'000},
                      NoisyCase{"HugeLinesOneFile", ConsoleCapture::kOneFile, 60, 500'000}),
    [](const auto& info) { return std::string(info.param.name); });

// ---- Readers that fail us ----

// Makes stdout a pipe whose reader is the test, until destruction.
class StdoutPipe {
 public:
  StdoutPipe() : saved_(dup(STDOUT_FILENO)) { dup2(pipe.write_end.get(), STDOUT_FILENO); }
  ~StdoutPipe() { Restore(); }
  void Restore() {
    if (!saved_.valid()) return;
    dup2(saved_.get(), STDOUT_FILENO);
    saved_.Reset();
    pipe.write_end.Reset();
  }

  ReadablePipe pipe;

 private:
  UniqueFd saved_;
};

TEST_F(OutputPumpTest, AStalledReaderHoldsNeitherDrainNorDestructor) {
  StdoutPipe stdout_pipe;
  ChildStdio stdio = Open("");
  // More than both pipes hold, so that the pump must block in a write.
  std::thread writer([&] {
    std::string block(100'000, '\n');
    while (write(stdio.out.get(), block.data(), block.size()) > 0) {
    }
  });
  while (true) {  // until the pump has filled our stdout
    pollfd space{.fd = STDOUT_FILENO, .events = POLLOUT, .revents = 0};
    if (poll(&space, 1, 0) == 0) break;
    sched_yield();
  }
  EXPECT_FALSE(pump_->Drain(absl::Milliseconds(50)));
  pump_.reset();
  writer.join();  // The pipe's reader is gone.
}

TEST_F(OutputPumpTest, AReaderWhoLeftDoesNotHoldUpTheChildren) {
  ConsoleCapture capture;
  StdoutPipe stdout_pipe;
  stdout_pipe.pipe.read_end.Reset();
  ChildStdio stdio = Open("p ");
  for (int i = 0; i < 50; ++i) Write(stdio.out, std::string(99'999, 'x') + "\n");
  Write(stdio.err, "still here\n");
  stdio = {};
  EXPECT_TRUE(pump_->Drain(kForEver));
  pump_.reset();
  stdout_pipe.Restore();
  capture.Finish();
  EXPECT_THAT(capture.err(), HasSubstr("p still here\n"));
  EXPECT_THAT(capture.err(), HasSubstr("output to stdout is being lost"));
  EXPECT_THAT(capture.err(), HasSubstr("5000100 bytes of output to stdout were lost"));
}

TEST_F(OutputPumpTest, ASlowReaderGetsEverything) {
  StdoutPipe stdout_pipe;
  fcntl(stdout_pipe.pipe.write_end.get(), F_SETPIPE_SZ, 4096);
  ChildStdio stdio = Open("");
  std::string text;
  for (int i = 0; i < 20'000; ++i) absl::StrAppend(&text, "line ", i, "\n");
  std::thread writer([&] {
    Write(stdio.out, text);
    stdio = {};
  });
  std::string seen;
  char buffer[777];
  while (seen.size() < text.size()) {
    ssize_t n = read(stdout_pipe.pipe.read_end.get(), buffer, sizeof buffer);
    ASSERT_GT(n, 0);
    seen.append(buffer, static_cast<size_t>(n));
  }
  writer.join();
  EXPECT_TRUE(pump_->Drain(kForEver));
  EXPECT_TRUE(seen == text);
}

TEST_F(OutputPumpTest, DrainIsPatientWithAReaderWhoGoesOnReading) {
  StdoutPipe stdout_pipe;
  fcntl(stdout_pipe.pipe.write_end.get(), F_SETPIPE_SZ, 4096);
  ChildStdio stdio = Open("");
  const std::string text = std::string((size_t{64} << 10) * 10, '\n');
  // Slower in all than the patience, yet never silent for so long.
  std::string seen;
  std::thread reader([&] {
    char buffer[4096];
    while (seen.size() < text.size()) {
      ssize_t n = read(stdout_pipe.pipe.read_end.get(), buffer, sizeof buffer);
      if (n <= 0) return;
      seen.append(buffer, static_cast<size_t>(n));
      if (seen.size() % 16 == 0) poll(nullptr, 0, 10);
    }
  });
  Write(stdio.out, text);
  stdio = {};
  EXPECT_TRUE(pump_->Drain(absl::Seconds(1)));
  reader.join();
  EXPECT_TRUE(seen == text);
}

TEST_F(OutputPumpTest, ANonBlockingStdoutIsWaitedFor) {
  StdoutPipe stdout_pipe;
  fcntl(stdout_pipe.pipe.write_end.get(), F_SETFL, O_NONBLOCK);
  ChildStdio stdio = Open("");
  const std::string text = std::string(300'000, 'x') + "\n";
  std::thread writer([&] {
    Write(stdio.out, text);
    stdio = {};
  });
  std::string seen;
  char buffer[4096];
  while (seen.size() < text.size()) {
    ssize_t n = read(stdout_pipe.pipe.read_end.get(), buffer, sizeof buffer);
    ASSERT_GT(n, 0);
    seen.append(buffer, static_cast<size_t>(n));
  }
  writer.join();
  EXPECT_TRUE(pump_->Drain(kForEver));
  EXPECT_TRUE(seen == text);
}

}  // namespace
}  // namespace sm
