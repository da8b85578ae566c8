#include "launchers/host_plan.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "bootstrap/base/status_macros.h"
#include "launchers/efa.h"

namespace sm {
namespace {

absl::Status ValidateWorld(const World& world) {
  int next_rank = 0;
  for (size_t i = 0; i < world.members.size(); ++i) {
    const Member& member = world.members[i];
    if (member.host_rank != static_cast<int>(i)) {
      return absl::InvalidArgumentError(absl::StrCat("world: ", member.host, " has host rank ",
                                                     member.host_rank, " at position ", i));
    }
    if (member.local_world_size < 1) {
      return absl::InvalidArgumentError(absl::StrCat(
          "world: ", member.host, " has ", member.local_world_size, " ranks, expected 1 or more"));
    }
    if (member.first_rank != next_rank) {
      return absl::InvalidArgumentError(absl::StrCat("world: first rank of ", member.host, " is ",
                                                     member.first_rank, ", expected ", next_rank));
    }
    next_rank += member.local_world_size;
  }
  if (world.world_size != next_rank) {
    return absl::InvalidArgumentError(absl::StrCat(
        "world: size is ", world.world_size, ", but its hosts have ", next_rank, " ranks in all"));
  }
  return absl::OkStatus();
}

absl::Status ValidateMeetingPoint(const World& world) {
  if (world.master_address.empty()) {
    return absl::InvalidArgumentError("world: the master address is empty");
  }
  if (world.master_port < 1 || world.master_port > 65535) {
    return absl::InvalidArgumentError(
        absl::StrCat("world: master port is ", world.master_port, ", expected 1 to 65535"));
  }
  return absl::OkStatus();
}

absl::Status ValidateProgram(const UserProgram& program) {
  if (!absl::StartsWith(program.program, "/")) {
    return absl::InvalidArgumentError(
        absl::StrCat("program: expected an absolute path, got \"", program.program, "\""));
  }
  if (program.argv.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("program: no arguments, not even argv[0], for ", program.program));
  }
  return absl::OkStatus();
}

// As the resource config has it; jobs of older SDKs say it in a hyperparameter only.
absl::string_view InstanceType(const JobConfig& job) {
  if (job.resources.current_instance_type.has_value()) {
    return *job.resources.current_instance_type;
  }
  const json::Value* value = job.framework_parameters.Find("sagemaker_instance_type");
  const std::string* text = value == nullptr ? nullptr : value->AsString();
  return text == nullptr ? absl::string_view() : absl::string_view(*text);
}

}  // namespace

absl::Status ValidateContext(const LaunchContext& context) {
  SM_RETURN_IF_ERROR(ValidateWorld(context.world));
  const int hosts = static_cast<int>(context.world.members.size());
  if (context.host_rank < 0 || context.host_rank >= hosts) {
    return absl::InvalidArgumentError(
        absl::StrCat("host rank ", context.host_rank, " is not in the world of ", hosts, " hosts"));
  }
  const Member& me = context.world.members[context.host_rank];
  if (me.host != context.job.resources.current_host) {
    return absl::InvalidArgumentError(absl::StrCat("the world has ", me.host, " at host rank ",
                                                   context.host_rank, ", but this host is ",
                                                   context.job.resources.current_host));
  }
  SM_RETURN_IF_ERROR(ValidateMeetingPoint(context.world));
  return ValidateProgram(context.program);
}

void SetDefault(EnvMap& env, absl::string_view name, std::string value) {
  env.emplace(name, std::move(value));
}

EnvMap HostEnvironment(const LaunchContext& context) {
  EnvMap env = context.env;
  SetDefault(env, "MASTER_ADDR", context.world.master_address);
  SetDefault(env, "MASTER_PORT", absl::StrCat(context.world.master_port));
  env["SM_MASTER_ADDR"] = env["MASTER_ADDR"];
  env["SM_MASTER_PORT"] = env["MASTER_PORT"];
  env["SM_HOST_COUNT"] = absl::StrCat(context.world.members.size());
  env["SM_CURRENT_HOST_RANK"] = absl::StrCat(context.host_rank);
  if (!context.interface_name.empty()) {
    // The plain name, although NCCL takes it as a prefix: gloo and scripts know no other form.
    SetDefault(env, "NCCL_SOCKET_IFNAME", context.interface_name);
    SetDefault(env, "GLOO_SOCKET_IFNAME", context.interface_name);
  }
  SetDefault(env, "NCCL_DEBUG", "WARN");
  for (auto& [name, value] : EfaVariables(InstanceType(context.job))) SetDefault(env, name, value);
  return env;
}

Command ProgramCommand(const LaunchContext& context, EnvMap env) {
  return Command{.program = context.program.program,
                 .argv = context.program.argv,
                 .env = std::move(env),
                 .directory = context.program.directory};
}

}  // namespace sm
