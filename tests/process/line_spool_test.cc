#include "bootstrap/process/line_spool.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include "tests/support/status_matchers.h"

namespace sm {
namespace {

using ::sm::testing::IsOk;

std::string ReadAll(LineSpool& spool) {
  std::string text;
  for (auto piece = spool.NextPiece(); !piece.empty(); piece = spool.NextPiece()) {
    text.append(piece.data(), piece.size());
  }
  return text;
}

TEST(LineSpoolTest, GivesBackWhatItTookAndAgain) {
  SM_ASSERT_OK_AND_ASSIGN(auto spool, LineSpool::Create());
  EXPECT_EQ(ReadAll(*spool), "");
  std::string expected;
  for (size_t size : {1U, 70'000U, 5U, 300'000U}) {
    std::string part(size, static_cast<char>('a' + size % 26));
    ASSERT_THAT(spool->Append(part), IsOk());
    expected += part;
  }
  EXPECT_TRUE(ReadAll(*spool) == expected);
  spool->Rewind();
  EXPECT_TRUE(ReadAll(*spool) == expected);
}

TEST(LineSpoolTest, AFailedAppendAddsNothing) {
  signal(SIGXFSZ, SIG_IGN);
  SM_ASSERT_OK_AND_ASSIGN(auto spool, LineSpool::Create());
  ASSERT_THAT(spool->Append("kept"), IsOk());
  const rlimit small{.rlim_cur = 1000, .rlim_max = RLIM_INFINITY};
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  setrlimit(RLIMIT_FSIZE, &small);
  EXPECT_FALSE(spool->Append(std::string(2000, 'x')).ok());
  setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_EQ(ReadAll(*spool), "kept");
}

}  // namespace
}  // namespace sm
