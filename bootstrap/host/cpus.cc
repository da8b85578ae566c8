#include "bootstrap/host/cpus.h"

#include <errno.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "absl/strings/str_cat.h"

namespace sm {
namespace {

// As os.cpu_count() and multiprocessing.cpu_count() of Python count them.
int OnlineProcessors() { return static_cast<int>(std::max(1L, sysconf(_SC_NPROCESSORS_ONLN))); }

// The kernel refuses a mask smaller than its own with EINVAL and does not tell how large that is.
int AffinityProcessors(int fallback) {
  constexpr size_t kMostProcessors = size_t{1} << 20;
  for (size_t processors = CPU_SETSIZE; processors <= kMostProcessors; processors *= 2) {
    std::vector<cpu_set_t> mask(processors / CPU_SETSIZE);
    size_t bytes = mask.size() * sizeof(cpu_set_t);
    if (sched_getaffinity(0, bytes, mask.data()) == 0) return CPU_COUNT_S(bytes, mask.data());
    if (errno != EINVAL) break;
  }
  return fallback;
}

}  // namespace

CpuFacts CombineCpuFacts(int machine, int affinity, const std::optional<CpuQuota>& quota) {
  CpuFacts facts;
  facts.machine = machine;
  facts.affinity = affinity;
  facts.usable = std::max(1, affinity);
  facts.usable_source = affinity < machine ? "affinity mask" : "online processors";
  if (quota && std::ceil(quota->cpus) < facts.usable) {
    facts.usable = std::max(1, static_cast<int>(std::ceil(quota->cpus)));
    facts.usable_source = quota->source;
  }
  return facts;
}

CpuFacts ProbeCpus(const std::string& root) {
  int machine = OnlineProcessors();
  return CombineCpuFacts(machine, AffinityProcessors(machine), FindCpuQuota(root));
}

}  // namespace sm
