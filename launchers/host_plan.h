// What every launcher's plan has in common: a sound context, and this host's environment.
#ifndef SM_LAUNCHERS_HOST_PLAN_H_
#define SM_LAUNCHERS_HOST_PLAN_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "launchers/launcher.h"

namespace sm {

// InvalidArgument, naming what contradicts what, unless the world is dense and adds up, we are the
// member that `context.host_rank` says, and there is a program to run.
absl::Status ValidateContext(const LaunchContext& context);

// Gives `name` a value unless the user has set it, to whatever: a variable that the user set wins.
void SetDefault(EnvMap& env, absl::string_view name, std::string value);

// `context.env` with what each process of this host has whatever launches it: the meeting point
// (MASTER_ADDR, MASTER_PORT), the SM_* that name it and our place among the hosts, and the
// settings of NCCL, gloo and libfabric for this network and instance type.
EnvMap HostEnvironment(const LaunchContext& context);

// `context.program` with `env`.
Command ProgramCommand(const LaunchContext& context, EnvMap env);

}  // namespace sm

#endif  // SM_LAUNCHERS_HOST_PLAN_H_
