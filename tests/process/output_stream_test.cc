#include "bootstrap/process/output_stream.h"

#include <gtest/gtest.h>
#include <string.h>

#include <random>

#include "absl/strings/str_cat.h"
#include "tests/support/console_capture.h"

namespace sm {
namespace {

using ::sm::testing::ConsoleCapture;

// Lines of all lengths around the sizes at which something changes.
std::string RandomText(std::mt19937& random, bool ends_with_newline) {
  std::string text;
  int lines = static_cast<int>(random() % 20);
  for (int i = 0; i < lines; ++i) {
    size_t length = random() % 4 == 0 ? ReadBuffer::kRoomBytes - 3 + random() % 6 : random() % 200;
    if (random() % 20 == 0) length = ReadBuffer::kReadBytes + random() % ReadBuffer::kReadBytes;
    text += std::string(length, static_cast<char>('a' + i)) + "\n";
  }
  if (!ends_with_newline) text += std::string(1 + random() % 100'000, 'z');
  return text;
}

std::string WithPrefix(absl::string_view prefix, const std::string& text) {
  std::string result;
  bool at_start = true;
  for (char c : text) {
    if (at_start) result.append(prefix.data(), prefix.size());
    result += c;
    at_start = c == '\n';
  }
  return result;
}

void Feed(OutputStream& stream, const std::string& text, std::mt19937& random, bool alone) {
  ReadBuffer buffer;
  for (size_t at = 0; at < text.size();) {
    size_t size = 1 + random() % (random() % 3 == 0 ? ReadBuffer::kReadBytes : 5000);
    size = std::min(size, text.size() - at);
    memcpy(buffer.data(), text.data() + at, size);
    stream.Consume(buffer, size, alone);
    at += size;
  }
  stream.FlushPartial();
}

TEST(OutputStreamTest, WhereverTheBytesAreCutTheResultIsTheSame) {
  std::mt19937 random(20260101);
  for (int round = 0; round < 300; ++round) {
    const std::string prefix = round % 2 == 0 ? "" : "[algo-1:0] ";
    const bool alone = round % 3 == 0;
    const std::string text = RandomText(random, round % 5 != 0);
    ConsoleCapture capture;
    OutputSink sink(STDOUT_FILENO, nullptr);
    OutputStream stream(sink, prefix, nullptr);
    Feed(stream, text, random, alone);
    sink.Flush();
    // Closes the line that is still open, so that the next round starts on a new one.
    if (!text.empty() && text.back() != '\n') WriteToConsole(1, "\n").IgnoreError();
    std::string seen = capture.out();
    capture.Finish();
    std::string expected = WithPrefix(prefix, text);
    if (!text.empty() && text.back() != '\n') expected += "\n\n";
    ASSERT_TRUE(seen == expected) << "round " << round << ": " << seen.size() << " bytes, not "
                                  << expected.size();
  }
}

TEST(OutputStreamTest, HoldsAnIncompleteLineUntilItIsFlushed) {
  ConsoleCapture capture;
  OutputSink sink(STDOUT_FILENO, nullptr);
  OutputStream stream(sink, "p ", nullptr);
  ReadBuffer buffer;
  memcpy(buffer.data(), "half", 4);
  stream.Consume(buffer, 4, false);
  sink.Flush();
  EXPECT_TRUE(stream.holds_partial());
  EXPECT_EQ(capture.out(), "");
  stream.FlushPartial();
  EXPECT_FALSE(stream.holds_partial());
  EXPECT_EQ(capture.out(), "p half");
  memcpy(buffer.data(), " done\nnext\n", 11);
  stream.Consume(buffer, 11, false);
  sink.Flush();
  EXPECT_EQ(capture.out(), "p half done\np next\n");
}

}  // namespace
}  // namespace sm
