#include "bootstrap/host/cpus.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>

#include <optional>
#include <thread>

#include "tests/support/file_tree.h"

namespace sm {
namespace {

CpuQuota Quota(double cpus) { return {cpus, "the quota"}; }

TEST(CombineCpuFactsTest, UsableIsTheSmallestAndSaysWhereItComesFrom) {
  struct {
    int machine, affinity;
    std::optional<CpuQuota> quota;
    int usable;
    const char* source;
  } const cases[] = {
      {8, 8, std::nullopt, 8, "online processors"},
      {8, 3, std::nullopt, 3, "affinity mask"},
      {8, 8, Quota(2), 2, "the quota"},
      {8, 8, Quota(2.1), 3, "the quota"},
      {8, 8, Quota(0.1), 1, "the quota"},
      {8, 8, Quota(7.5), 8, "online processors"},
      {8, 2, Quota(3), 2, "affinity mask"},
      {8, 2, Quota(2), 2, "affinity mask"},
      {8, 8, Quota(1e18), 8, "online processors"},
      {1, 0, std::nullopt, 1, "affinity mask"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(::testing::Message() << c.machine << " machine, " << c.affinity << " affinity, "
                                      << (c.quota ? c.quota->cpus : -1) << " quota");
    CpuFacts facts = CombineCpuFacts(c.machine, c.affinity, c.quota);
    EXPECT_EQ(facts.machine, c.machine);
    EXPECT_EQ(facts.affinity, c.affinity);
    EXPECT_EQ(facts.usable, c.usable);
    EXPECT_EQ(facts.usable_source, c.source);
  }
}

TEST(ProbeCpusTest, CountsThisMachine) {
  CpuFacts facts = ProbeCpus("/");
  EXPECT_GE(facts.machine, 1);
  EXPECT_GE(facts.affinity, 1);
  EXPECT_GE(facts.usable, 1);
  EXPECT_LE(facts.usable, facts.affinity);
  EXPECT_FALSE(facts.usable_source.empty());
}

// The mask belongs to the thread, so that the narrowing ends with it.
TEST(ProbeCpusTest, FollowsTheAffinityMask) {
  testing::FileTree no_cgroups;
  std::thread narrowed([&] {
    cpu_set_t mask;
    CPU_ZERO(&mask);
    CPU_SET(sched_getcpu(), &mask);
    ASSERT_EQ(sched_setaffinity(0, sizeof mask, &mask), 0);
    CpuFacts facts = ProbeCpus(no_cgroups.root());
    EXPECT_EQ(facts.affinity, 1);
    EXPECT_EQ(facts.usable, 1);
  });
  narrowed.join();
}

TEST(ProbeCpusTest, FollowsTheQuotaUnderTheRoot) {
  testing::FileTree tree;
  tree.Write("proc/self/cgroup", "0::/\n");
  tree.Write("proc/self/mountinfo", "29 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
  tree.Write("sys/fs/cgroup/cpu.max", "1000 100000\n");
  CpuFacts facts = ProbeCpus(tree.root());
  EXPECT_EQ(facts.usable, 1);
}

}  // namespace
}  // namespace sm
