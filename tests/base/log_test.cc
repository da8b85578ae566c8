#include "bootstrap/base/log.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include "bootstrap/base/unique_fd.h"
#include "tests/support/console_capture.h"

namespace sm {
namespace {

using ::sm::testing::ConsoleCapture;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

class LogTest : public ::testing::Test {
 protected:
  ~LogTest() override {
    log::SetLevel(20);
    log::SetHost("");
  }
};

TEST_F(LogTest, OneEventIsOneLineInOneFormat) {
  ConsoleCapture capture;
  log::SetHost("algo-1");
  log::Info("join: 2/2 hosts joined");
  EXPECT_THAT(capture.err(),
              MatchesRegex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\\.[0-9]{3}Z INFO +algo-1 "
                           "sm-bootstrap: join: 2/2 hosts joined\n"));
  EXPECT_EQ(capture.out(), "");
}

TEST_F(LogTest, ControlCharactersAreEscaped) {
  ConsoleCapture capture;
  log::Info("a\nb\r\x1b[31m\x7f\ttab %s {} \xc3\xa4");
  EXPECT_THAT(capture.err(), EndsWith(": a\\nb\\x0d\\x1b[31m\\x7f\ttab %s {} \xc3\xa4\n"));
}

TEST_F(LogTest, AHostNameCannotBreakTheFormat) {
  ConsoleCapture capture;
  log::SetHost("%v\n");
  log::Info("text");
  EXPECT_THAT(capture.err(), HasSubstr(" %v\\n sm-bootstrap: text\n"));
}

struct LevelCase {
  int python_level;
  const char* seen;
};

TEST_F(LogTest, LevelsFollowPythonsNumbers) {
  const LevelCase cases[] = {{0, "diwe"}, {10, "diwe"}, {11, "iwe"}, {20, "iwe"}, {30, "we"},
                             {35, "e"},   {40, "e"},    {50, "e"},   {51, ""},    {1000, ""}};
  for (const LevelCase& c : cases) {
    ConsoleCapture capture;
    log::SetLevel(c.python_level);
    log::Debug("d");
    log::Info("i");
    log::Warning("w");
    log::Error("e");
    std::string text = capture.err();
    std::string seen;
    for (size_t at = 0; (at = text.find('\n', at)) != std::string::npos; ++at) seen += text[at - 1];
    EXPECT_EQ(seen, c.seen) << c.python_level;
  }
}

TEST_F(LogTest, AReaderWhoStallsCostsLinesWhichAreCounted) {
  int fds[2];
  ASSERT_EQ(pipe2(fds, O_CLOEXEC), 0);
  UniqueFd reader(fds[0]);
  UniqueFd writer(fds[1]);
  UniqueFd saved(dup(STDERR_FILENO));
  fcntl(writer.get(), F_SETFL, O_NONBLOCK);
  std::string filler(4096, '.');
  while (write(writer.get(), filler.data(), filler.size()) > 0) {
  }
  fcntl(writer.get(), F_SETFL, 0);
  dup2(writer.get(), STDERR_FILENO);
  log::Info("lost one");
  log::Info("lost two");
  char buffer[1 << 16];
  pollfd event{.fd = reader.get(), .events = POLLIN, .revents = 0};
  while (poll(&event, 1, 0) > 0) {
    ASSERT_GT(read(reader.get(), buffer, sizeof buffer), 0);
  }
  log::Info("seen");
  ssize_t n = read(reader.get(), buffer, sizeof buffer);
  dup2(saved.get(), STDERR_FILENO);
  ASSERT_GT(n, 0);
  const std::string text(buffer, static_cast<size_t>(n));
  EXPECT_THAT(text, HasSubstr("2 log lines were dropped\n"));
  EXPECT_THAT(text, EndsWith("seen\n"));
}

}  // namespace
}  // namespace sm
