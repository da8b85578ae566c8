// CPUs: of the machine, of our affinity mask, and those that we may really use.
#ifndef SM_BOOTSTRAP_HOST_CPUS_H_
#define SM_BOOTSTRAP_HOST_CPUS_H_

#include <optional>
#include <string>

#include "bootstrap/host/cgroup_cpu.h"
#include "bootstrap/host/host_facts.h"

namespace sm {

// Puts the three counts together. Pure.
CpuFacts CombineCpuFacts(int machine, int affinity, const std::optional<CpuQuota>& quota);

// The online processors and our affinity mask as the kernel tells, the quota as read under `root`.
CpuFacts ProbeCpus(const std::string& root);

}  // namespace sm

#endif  // SM_BOOTSTRAP_HOST_CPUS_H_
