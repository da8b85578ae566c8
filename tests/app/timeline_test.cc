#include "bootstrap/app/timeline.h"

#include <gtest/gtest.h>

#include "tests/support/fake_clock.h"

namespace sm {
namespace {

TEST(TimelineTest, MeasuresEachPhaseUntilTheNext) {
  sm::testing::FakeClock clock;
  Timeline timeline(clock);
  timeline.Enter(Phase::kConfigure, "");
  clock.Advance(absl::Milliseconds(3));
  timeline.Enter(Phase::kJoin, "");
  clock.Advance(absl::Seconds(2));
  timeline.Enter(Phase::kConfigure, "a second time");
  EXPECT_EQ(timeline.Describe(), "configure 3ms, join 2s");
  EXPECT_EQ(timeline.Total(), absl::Milliseconds(2003));
  EXPECT_TRUE(timeline.Entered(Phase::kJoin));
  EXPECT_FALSE(timeline.Entered(Phase::kWatch));
}

TEST(TimelineTest, ShortDurationsKeepThreeFigures) {
  EXPECT_EQ(ShortDuration(absl::Microseconds(12)), "12us");
  EXPECT_EQ(ShortDuration(absl::Microseconds(12345)), "12.3ms");
  EXPECT_EQ(ShortDuration(absl::Milliseconds(61234)), "61.2s");
  EXPECT_EQ(ShortDuration(absl::Seconds(3725) + absl::Milliseconds(10)), "1h2m5s");
}

}  // namespace
}  // namespace sm
