// One process per accelerator, each with the variables that torchrun gives its workers.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "bootstrap/base/status_macros.h"
#include "launchers/host_plan.h"
#include "launchers/launcher.h"

namespace sm {
namespace {

absl::Status CannotCount(absl::string_view what, const absl::Status& why) {
  return absl::FailedPreconditionError(
      absl::StrCat("cannot tell how many workers to start, since the ", what,
                   " of this host could not be counted: ", why.message(),
                   "; give the number with --nproc-per-host N"));
}

absl::StatusOr<int> CountAccelerators(const HostFacts& facts) {
  if (!facts.gpus.ok()) return CannotCount("GPUs", facts.gpus.status());
  if (*facts.gpus > 0) return *facts.gpus;
  if (!facts.neuron_cores.ok()) return CannotCount("Neuron cores", facts.neuron_cores.status());
  return std::max(1, *facts.neuron_cores);
}

// Ranks and sizes under their several names, and what marks a worker as torchrun's. Set whatever
// the environment held: leftovers of an outer launcher would be another job's.
void SetWorkerVariables(const World& world, const Member& me, int local_rank, EnvMap& env) {
  const std::string rank = absl::StrCat(me.first_rank + local_rank);
  const std::string world_size = absl::StrCat(world.world_size);
  env["RANK"] = rank;
  env["WORLD_SIZE"] = world_size;
  env["LOCAL_RANK"] = absl::StrCat(local_rank);
  env["LOCAL_WORLD_SIZE"] = absl::StrCat(me.local_world_size);
  env["GROUP_RANK"] = absl::StrCat(me.host_rank);
  env["GROUP_WORLD_SIZE"] = absl::StrCat(world.members.size());
  env["ROLE_NAME"] = "default";  // torchrun's name for the only role
  env["ROLE_RANK"] = rank;
  env["ROLE_WORLD_SIZE"] = world_size;
  env["TORCHELASTIC_RUN_ID"] = absl::StrCat(absl::Hex(world.run_id, absl::kZeroPad16));
  env["TORCHELASTIC_RESTART_COUNT"] = "0";
  env["TORCHELASTIC_MAX_RESTARTS"] = "0";
  // No agent keeps a store at MASTER_ADDR:MASTER_PORT; rank 0 has to open it there.
  env["TORCHELASTIC_USE_AGENT_STORE"] = "False";
}

void SetWorkerDefaults(const CpuFacts& cpus, const Member& me, EnvMap& env) {
  SetDefault(env, "OMP_NUM_THREADS", absl::StrCat(std::max(1, cpus.usable / me.local_world_size)));
  // As torchrun: a collective that failed ends its process instead of hanging. The old name is
  // left to the user, since the PyTorch that knows the new one warns about it.
  if (!env.contains("NCCL_ASYNC_ERROR_HANDLING")) {
    SetDefault(env, "TORCH_NCCL_ASYNC_ERROR_HANDLING", "1");
  }
}

class WorkersLauncher final : public Launcher {
 public:
  explicit WorkersLauncher(ProcessesPerHost per_host) : per_host_(per_host) {}

  LauncherKind kind() const override { return LauncherKind::kWorkers; }

  absl::StatusOr<int> LocalWorldSize(const HostFacts& facts) const override {
    if (!per_host_.count.has_value()) return CountAccelerators(facts);
    if (*per_host_.count < 1) {
      return absl::InvalidArgumentError(
          absl::StrCat("workers per host: got ", *per_host_.count, ", expected 1 or more"));
    }
    return *per_host_.count;
  }

  absl::StatusOr<LaunchPlan> Plan(const LaunchContext& context) const override {
    SM_RETURN_IF_ERROR(ValidateContext(context));
    const Member& me = context.world.members[context.host_rank];
    SM_RETURN_IF_ERROR(CheckOwnCount(context.facts, me));
    EnvMap shared = HostEnvironment(context);
    SetWorkerDefaults(context.facts.cpus, me, shared);
    LaunchPlan plan;
    for (int local_rank = 0; local_rank < me.local_world_size; ++local_rank) {
      EnvMap env = shared;
      SetWorkerVariables(context.world, me, local_rank, env);
      plan.processes.push_back({.command = ProgramCommand(context, std::move(env)),
                                .rank = me.first_rank + local_rank,
                                .local_rank = local_rank});
    }
    return plan;
  }

 private:
  // The world holds what we told the leader; anything else would leave ranks without a process.
  absl::Status CheckOwnCount(const HostFacts& facts, const Member& me) const {
    SM_ASSIGN_OR_RETURN(const int count, LocalWorldSize(facts));
    if (count == me.local_world_size) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat("world: ", me.host, " has ", me.local_world_size,
                                                   " ranks, but this host runs ", count));
  }

  const ProcessesPerHost per_host_;
};

}  // namespace

std::unique_ptr<Launcher> MakeWorkersLauncher(ProcessesPerHost per_host) {
  return std::make_unique<WorkersLauncher>(per_host);
}

}  // namespace sm
