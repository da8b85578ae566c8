#include "bootstrap/app/rank_output.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/status_matchers.h"

namespace sm {
namespace {

TEST(RankOutputTest, PrefixFollowsTheChoice) {
  struct Case {
    std::string choice;
    int world_size;
    std::string expected;
  };
  const Case cases[] = {
      {"auto", 1, ""}, {"auto", 2, "[algo-2:3] "},
      {"none", 8, ""}, {"{host}/{local_rank}: ", 1, "algo-2/1: "},
      {"", 8, ""},     {"{rank}{rank}{nothing}", 8, "33{nothing}"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(RankPrefix(c.choice, "algo-2", 3, 1, c.world_size), c.expected) << c.choice;
  }
}

TEST(RankOutputTest, MakesTheLogDirectoryAndNamesAFilePerRank) {
  std::filesystem::path directory = std::filesystem::path(::testing::TempDir()) / "a" / "logs";
  std::filesystem::remove_all(directory);
  LaunchPlan plan;
  plan.processes.resize(2);
  plan.processes[0].rank = 4;
  plan.processes[1].rank = 5;
  plan.processes[1].local_rank = 1;
  RunOptions options;
  options.log_dir = directory.string();
  SM_ASSERT_OK_AND_ASSIGN(std::vector<OutputSpec> outputs,
                          RankOutputs(plan, World{.world_size = 6}, "algo-3", options));
  ASSERT_EQ(outputs.size(), 2u);
  EXPECT_EQ(outputs[1].log_file, (directory / "algo-3-5.log").string());
  EXPECT_EQ(outputs[1].prefix, "[algo-3:5] ");
  EXPECT_TRUE(std::filesystem::is_directory(directory));
}

TEST(RankOutputTest, SaysWhyTheLogDirectoryCannotBeMade) {
  RunOptions options;
  options.log_dir = "/proc/no-such/logs";
  EXPECT_THAT(RankOutputs({}, {}, "h", options).status().ToString(),
              ::testing::HasSubstr("--log-dir: create /proc/no-such/logs"));
}

}  // namespace
}  // namespace sm
