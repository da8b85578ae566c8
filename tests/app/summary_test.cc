#include "bootstrap/app/summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "tests/support/fake_clock.h"

namespace sm {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

World MakeWorld(int hosts, int per_host) {
  World world{.world_size = hosts * per_host, .master_address = "10.0.0.1", .master_port = 17001};
  for (int i = 0; i < hosts; ++i) {
    world.members.push_back(
        {absl::StrCat("algo-", i + 1), i, absl::StrCat("10.0.0.", i + 1), per_host, i * per_host});
  }
  return world;
}

TEST(SummaryTest, ShowsHostsRanksTimesAndModel) {
  JobConfig job;
  job.paths = JobPaths{.model = ::testing::TempDir() + "/summary-model"};
  std::filesystem::create_directories(job.paths.model);
  std::ofstream(job.paths.model + "/model.pt") << std::string(2048, 'x');
  sm::testing::FakeClock clock;
  Timeline timeline(clock);
  timeline.Enter(Phase::kConfigure, "");
  clock.Advance(absl::Seconds(6));
  World world = MakeWorld(2, 2);
  EXPECT_THAT(SummaryLines({world, job, timeline, 0}),
              ElementsAre("success after 6s: 2 hosts, 4 ranks; master 10.0.0.1 port 17001",
                          "algo-1 (10.0.0.1): ranks 0-1", "algo-2 (10.0.0.2): ranks 2-3",
                          "times: configure 6s",
                          absl::StrCat("model: ", job.paths.model, ": model.pt (2.0 KiB)")));
}

TEST(SummaryTest, ShowsAtMostTheBeginningOfALongCommand) {
  EXPECT_EQ(DescribeCommand({"python3", "train.py", "--lr", "0.1"}), "python3 train.py --lr 0.1");
  std::string text = DescribeCommand({"x", std::string(1'000'000, 'y'), "z"});
  EXPECT_LT(text.size(), 500u);
  EXPECT_THAT(text, HasSubstr("3 words in all"));
}

TEST(SummaryTest, StaysShortForManyHosts) {
  JobConfig job;
  sm::testing::FakeClock clock;
  Timeline timeline(clock);
  World world = MakeWorld(40, 1);
  std::vector<std::string> lines = SummaryLines({world, job, timeline, 3});
  EXPECT_THAT(lines.front(), HasSubstr("failure, exit code 3"));
  EXPECT_THAT(lines, Contains("24 more hosts"));
  EXPECT_LT(lines.size(), 25u);
}

}  // namespace
}  // namespace sm
