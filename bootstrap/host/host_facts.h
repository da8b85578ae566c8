// What this machine has, as a value. Probing it is in probe.h; everything else takes the facts.
#ifndef SM_BOOTSTRAP_HOST_HOST_FACTS_H_
#define SM_BOOTSTRAP_HOST_HOST_FACTS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace sm {

// Addresses are numeric text, as inet_ntop writes them: "10.0.0.1", "fe80::1". Link-local IPv6
// addresses carry no scope; `Interface::name` is their scope.
struct InterfaceAddress {
  std::string address;
  bool is_ipv6 = false;
  bool is_link_local = false;
  bool operator==(const InterfaceAddress&) const = default;
};

struct Interface {
  std::string name;
  bool is_up = false;  // administratively up
  bool is_loopback = false;
  std::vector<InterfaceAddress> addresses;
  bool operator==(const Interface&) const = default;
};

// CPUs, counted in three ways because they differ in containers.
struct CpuFacts {
  // What the SageMaker contract puts into SM_NUM_CPUS: the processors of the machine
  // (multiprocessing.cpu_count() of the toolkit's Python).
  int machine = 1;
  // Those that our affinity mask allows.
  int affinity = 1;
  // What we may really use: the smaller of the affinity and the cgroup quota, at least 1. Fractions
  // of a CPU are rounded up.
  int usable = 1;
  // Where `usable` comes from, for the log: "affinity mask", "cgroup v2 cpu.max 150000 100000", ….
  std::string usable_source;
};

// A count that could be taken, or the reason why not: a query that fails is never "0, normal". When
// the machine has no such device (no driver, no tool) the count is 0.
using DeviceCount = absl::StatusOr<int>;

struct HostFacts {
  std::string hostname;  // as the kernel has it; the job's name for this host may differ
  CpuFacts cpus;
  DeviceCount gpus = 0;  // those that CUDA_VISIBLE_DEVICES leaves visible
  DeviceCount neuron_cores = 0;
  std::vector<Interface> interfaces;
};

}  // namespace sm

#endif  // SM_BOOTSTRAP_HOST_HOST_FACTS_H_
