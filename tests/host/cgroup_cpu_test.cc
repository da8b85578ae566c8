#include "bootstrap/host/cgroup_cpu.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <ostream>
#include <string>

#include "tests/support/file_tree.h"

namespace sm {
namespace {

// A recorded machine: the two files of /proc, and the limits found in the hierarchies.
struct CgroupCase {
  std::string name;
  std::string cgroup;
  std::string mountinfo;
  std::map<std::string, std::string> files;
  std::optional<double> cpus;
  std::string source;
};

void PrintTo(const CgroupCase& c, std::ostream* out) { *out << c.name; }

constexpr char kV2Mount[] =
    "29 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n";
constexpr char kV1Mount[] =
    "35 31 0:32 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n";

class CgroupTable : public ::testing::TestWithParam<CgroupCase> {};

TEST_P(CgroupTable, FindsTheTightestQuota) {
  const CgroupCase& c = GetParam();
  testing::FileTree tree;
  tree.Write("proc/self/cgroup", c.cgroup);
  tree.Write("proc/self/mountinfo", c.mountinfo);
  for (const auto& [path, contents] : c.files) tree.Write(path, contents);

  std::optional<CpuQuota> quota = FindCpuQuota(tree.root());

  ASSERT_EQ(quota.has_value(), c.cpus.has_value()) << (quota ? quota->source : "no quota");
  if (!quota) return;
  EXPECT_DOUBLE_EQ(quota->cpus, *c.cpus);
  EXPECT_EQ(quota->source, c.source);
}

INSTANTIATE_TEST_SUITE_P(
    RecordedTrees, CgroupTable,
    ::testing::Values(
        CgroupCase{"V2NamespaceSeesItsOwnRoot",
                   "0::/\n",
                   kV2Mount,
                   {{"sys/fs/cgroup/cpu.max", "150000 100000\n"}},
                   1.5,
                   "cgroup v2 cpu.max 150000 100000 in /sys/fs/cgroup"},
        CgroupCase{"V2ParentIsTighter",
                   "0::/kubepods/pod1/c1\n",
                   kV2Mount,
                   {{"sys/fs/cgroup/kubepods/pod1/c1/cpu.max", "800000 100000\n"},
                    {"sys/fs/cgroup/kubepods/pod1/cpu.max", "400000 100000\n"},
                    {"sys/fs/cgroup/kubepods/cpu.max", "max 100000\n"}},
                   4.0,
                   "cgroup v2 cpu.max 400000 100000 in /sys/fs/cgroup/kubepods/pod1"},
        CgroupCase{"V2ChildIsTighter",
                   "0::/a/b\n",
                   kV2Mount,
                   {{"sys/fs/cgroup/a/b/cpu.max", "50000 100000\n"},
                    {"sys/fs/cgroup/a/cpu.max", "400000 100000\n"}},
                   0.5,
                   "cgroup v2 cpu.max 50000 100000 in /sys/fs/cgroup/a/b"},
        CgroupCase{"V2SiblingDoesNotCount",
                   "0::/a\n",
                   kV2Mount,
                   {{"sys/fs/cgroup/b/cpu.max", "50000 100000\n"},
                    {"sys/fs/cgroup/ab/cpu.max", "50000 100000\n"}},
                   std::nullopt,
                   ""},
        CgroupCase{"V2Unlimited",
                   "0::/\n",
                   kV2Mount,
                   {{"sys/fs/cgroup/cpu.max", "max 100000\n"}},
                   std::nullopt,
                   ""},
        CgroupCase{"V2WithoutCpuController", "0::/a\n", kV2Mount, {}, std::nullopt, ""},
        CgroupCase{"V2MountShowsABranch",
                   "0::/docker/abc/inner\n",
                   "29 23 0:26 /docker/abc /sys/fs/cgroup rw - cgroup2 cgroup rw\n",
                   {{"sys/fs/cgroup/inner/cpu.max", "max 100000\n"},
                    {"sys/fs/cgroup/cpu.max", "200000 100000\n"}},
                   2.0,
                   "cgroup v2 cpu.max 200000 100000 in /sys/fs/cgroup"},
        CgroupCase{"V2MountOfAnotherNamespaceIsTheContainersOwn",
                   "0::/../other\n",
                   "29 23 0:26 /../.. /sys/fs/cgroup rw - cgroup2 cgroup rw\n",
                   {{"sys/fs/cgroup/cpu.max", "300000 100000\n"},
                    {"sys/fs/other/cpu.max", "100000 100000\n"}},
                   3.0,
                   "cgroup v2 cpu.max 300000 100000 in /sys/fs/cgroup"},
        CgroupCase{"V2MountPointWithASpace",
                   "0::/\n",
                   "29 23 0:26 / /sys/fs/c\\040g\\134x rw - cgroup2 cgroup rw\n",
                   {{"sys/fs/c g\\x/cpu.max", "100000 50000\n"}},
                   2.0,
                   "cgroup v2 cpu.max 100000 50000 in /sys/fs/c g\\x"},
        CgroupCase{"V2PathWithAColon",
                   "0::/a:b/c\n",
                   kV2Mount,
                   {{"sys/fs/cgroup/a:b/c/cpu.max", "100000 100000\n"}},
                   1.0,
                   "cgroup v2 cpu.max 100000 100000 in /sys/fs/cgroup/a:b/c"},
        CgroupCase{"V2DefaultPeriod",
                   "0::/\n",
                   kV2Mount,
                   {{"sys/fs/cgroup/cpu.max", "250000\n"}},
                   2.5,
                   "cgroup v2 cpu.max 250000 in /sys/fs/cgroup"},
        CgroupCase{
            "V2NonsenseIsNoLimit",
            "0::/a\n",
            kV2Mount,
            {{"sys/fs/cgroup/a/cpu.max", "lots of it\n"}, {"sys/fs/cgroup/cpu.max", "100000 0\n"}},
            std::nullopt,
            ""},
        CgroupCase{"V1DockerWithoutNamespace",
                   "4:cpu,cpuacct:/docker/abc\n3:cpuset:/docker/abc\n",
                   "35 31 0:32 /docker/abc /sys/fs/cgroup/cpu,cpuacct rw master:3 - cgroup cgroup "
                   "rw,cpu,cpuacct\n",
                   {{"sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "350000\n"},
                    {"sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n"}},
                   3.5,
                   "cgroup v1 cpu.cfs_quota_us 350000 100000 in /sys/fs/cgroup/cpu,cpuacct"},
        CgroupCase{"V1Unlimited",
                   "4:cpu,cpuacct:/\n",
                   kV1Mount,
                   {{"sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n"},
                    {"sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n"}},
                   std::nullopt,
                   ""},
        CgroupCase{"V1CpusetIsNotTheCpuController",
                   "3:cpuset:/\n2:cpuacct:/\n",
                   "34 31 0:31 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n",
                   {{"sys/fs/cgroup/cpuset/cpu.cfs_quota_us", "100000\n"},
                    {"sys/fs/cgroup/cpuset/cpu.cfs_period_us", "100000\n"}},
                   std::nullopt,
                   ""},
        CgroupCase{
            "HybridTakesV1CpuAndUnified",
            "4:cpu,cpuacct:/job\n1:name=systemd:/job\n0::/job\n",
            std::string(kV1Mount) + "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n",
            {{"sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us", "200000\n"},
             {"sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us", "100000\n"},
             {"sys/fs/cgroup/unified/job/cpu.max", "600000 100000\n"}},
            2.0,
            "cgroup v1 cpu.cfs_quota_us 200000 100000 in /sys/fs/cgroup/cpu,cpuacct/job"},
        CgroupCase{
            "NotMounted", "0::/\n", "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n", {}, std::nullopt, ""},
        CgroupCase{"EmptyFiles", "", "", {}, std::nullopt, ""},
        CgroupCase{"MalformedLines",
                   "0\n0:\n\n:::\n",
                   "29 23\n - \n29 23 0:26 / /x rw - cgroup2\n",
                   {},
                   std::nullopt,
                   ""}),
    [](const auto& info) { return info.param.name; });

TEST(CgroupCpuTest, NoProcMeansNoQuota) {
  testing::FileTree empty;
  EXPECT_FALSE(FindCpuQuota(empty.root()).has_value());
}

TEST(CgroupCpuTest, TheRealMachineAnswersWithSomethingPositiveOrNothing) {
  std::optional<CpuQuota> quota = FindCpuQuota("/");
  EXPECT_GT(quota ? quota->cpus : 1, 0);
}

TEST(UnderRootTest, JoinsWithOneSlash) {
  EXPECT_EQ(UnderRoot("/", "/proc"), "/proc");
  EXPECT_EQ(UnderRoot("", "/proc"), "/proc");
  EXPECT_EQ(UnderRoot("/tmp/x", "/proc"), "/tmp/x/proc");
  EXPECT_EQ(UnderRoot("/tmp/x/", "/proc"), "/tmp/x/proc");
}

}  // namespace
}  // namespace sm
