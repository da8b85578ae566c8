// Finds out what this machine has.
#ifndef SM_BOOTSTRAP_HOST_PROBE_H_
#define SM_BOOTSTRAP_HOST_PROBE_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "bootstrap/base/env_map.h"
#include "bootstrap/host/host_facts.h"

namespace sm {

// Runs a program found on the PATH of `env` and returns its standard output. NotFound when there is
// no such program, DeadlineExceeded after ten seconds, Unknown when it fails.
using CommandRunner =
    std::function<absl::StatusOr<std::string>(const std::vector<std::string>& argv)>;

struct ProbeOptions {
  std::string root = "/";     // of /proc and /sys, so that tests feed recorded trees
  CommandRunner run_command;  // for neuron-ls; absent: the tool is taken as not installed
  std::string nvml_library = "libnvidia-ml.so.1";
};

// Never fails as a whole: what could not be found out says so in its place.
HostFacts ProbeHost(const EnvMap& env, const ProbeOptions& options);

}  // namespace sm

#endif  // SM_BOOTSTRAP_HOST_PROBE_H_
