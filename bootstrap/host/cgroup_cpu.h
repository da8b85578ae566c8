// The CPU quota of the cgroups that this process is in.
#ifndef SM_BOOTSTRAP_HOST_CGROUP_CPU_H_
#define SM_BOOTSTRAP_HOST_CGROUP_CPU_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace sm {

// So many microseconds of CPU time in each period.
struct CpuQuota {
  double cpus = 0;     // quota / period, above 0
  std::string source;  // "cgroup v2 cpu.max 150000 100000 in /sys/fs/cgroup/kubepods/pod1"
};

// The tightest quota that applies to this process: of its own cgroup and of all that contain it, as
// far up as they are visible here, in the unified hierarchy and in that of the v1 cpu controller
// (a hybrid system has both). Absent when there is none, also when the files that would tell are
// missing or make no sense.
//
// Reads /proc/self/cgroup, /proc/self/mountinfo and the mounted hierarchies, all under `root`.
std::optional<CpuQuota> FindCpuQuota(const std::string& root);

// `root` + `path` (absolute), without doubling the slash: "/" + "/proc" is "/proc".
std::string UnderRoot(absl::string_view root, absl::string_view path);

}  // namespace sm

#endif  // SM_BOOTSTRAP_HOST_CGROUP_CPU_H_
