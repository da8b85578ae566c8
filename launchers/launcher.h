// Launchers: pure functions from a job and its world to the processes of this host.
#ifndef SM_LAUNCHERS_LAUNCHER_H_
#define SM_LAUNCHERS_LAUNCHER_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "bootstrap/base/env_map.h"
#include "bootstrap/code/user_program.h"
#include "bootstrap/config/job_config.h"
#include "bootstrap/host/host_facts.h"
#include "bootstrap/process/command.h"
#include "rendezvous/core/world.h"

namespace sm {

enum class LauncherKind { kScript, kWorkers };

// "script", "workers".
absl::string_view LauncherName(LauncherKind kind);

// One process of the plan and its place in the world.
struct PlannedProcess {
  Command command;
  int rank = 0;
  int local_rank = 0;
  std::string role = "worker";
};

// What this host has to run, in local rank order.
struct LaunchPlan {
  std::vector<PlannedProcess> processes;
};

// Everything that a plan depends on.
struct LaunchContext {
  const JobConfig& job;
  const World& world;
  int host_rank = 0;  // ours, in `world`
  const HostFacts& facts;
  std::string interface_name;  // of the job's network; empty for a single host without one
  const UserProgram& program;
  // Our own inherited environment with the SM_* set on top. What the user set in it wins over a
  // launcher's defaults.
  const EnvMap& env;
};

// A launcher is immutable and holds no resources; it never spawns.
class Launcher {
 public:
  virtual ~Launcher() = default;
  virtual LauncherKind kind() const = 0;
  // How many ranks this host runs. FailedPrecondition when that depends on a fact that could not be
  // established (the GPU query failed), with how to say it explicitly.
  virtual absl::StatusOr<int> LocalWorldSize(const HostFacts& facts) const = 0;
  // The processes of host `context.host_rank`. InvalidArgument when the context contradicts itself.
  virtual absl::StatusOr<LaunchPlan> Plan(const LaunchContext& context) const = 0;
};

// How many workers a host runs: a number, or as many as it has accelerators.
struct ProcessesPerHost {
  std::optional<int> count;  // absent: GPUs, else Neuron cores, else 1
};

std::unique_ptr<Launcher> MakeScriptLauncher();
std::unique_ptr<Launcher> MakeWorkersLauncher(ProcessesPerHost per_host);

}  // namespace sm

#endif  // SM_LAUNCHERS_LAUNCHER_H_
