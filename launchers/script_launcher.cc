// One process per host, which finds its peers, if it wants any, through the SageMaker contract:
// SM_HOSTS, SM_CURRENT_HOST and the SM_* of this launcher. No RANK and no WORLD_SIZE: a script that
// starts torchrun or its own workers must not inherit ours.
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "bootstrap/base/status_macros.h"
#include "launchers/host_plan.h"
#include "launchers/launcher.h"

namespace sm {
namespace {

class ScriptLauncher final : public Launcher {
 public:
  LauncherKind kind() const override { return LauncherKind::kScript; }

  absl::StatusOr<int> LocalWorldSize(const HostFacts&) const override { return 1; }

  absl::StatusOr<LaunchPlan> Plan(const LaunchContext& context) const override {
    SM_RETURN_IF_ERROR(ValidateContext(context));
    const Member& me = context.world.members[context.host_rank];
    if (me.local_world_size != 1) {
      return absl::InvalidArgumentError(absl::StrCat("world: ", me.host, " has ",
                                                     me.local_world_size,
                                                     " ranks, but a script runs once per host"));
    }
    LaunchPlan plan;
    plan.processes.push_back({.command = ProgramCommand(context, HostEnvironment(context)),
                              .rank = me.first_rank,
                              .local_rank = 0});
    return plan;
  }
};

}  // namespace

std::unique_ptr<Launcher> MakeScriptLauncher() { return std::make_unique<ScriptLauncher>(); }

}  // namespace sm
