#include "bootstrap/app/setup.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "bootstrap/base/errno_status.h"
#include "bootstrap/base/log.h"
#include "bootstrap/base/status_macros.h"
#include "bootstrap/environment/training_env.h"
#include "bootstrap/host/probe.h"
#include "bootstrap/process/capture.h"
#include "launchers/selection.h"

namespace sm {
namespace {

constexpr absl::Duration kToolTimeout = absl::Seconds(10);

HostFacts Probe(const EnvMap& env) {
  return ProbeHost(env, {.run_command = [&env](const std::vector<std::string>& argv) {
                     return CaptureOutput(argv, env, kToolTimeout);
                   }});
}

int CountOrWarn(const DeviceCount& count, absl::string_view what, absl::string_view variable) {
  if (count.ok()) return *count;
  log::Warning(absl::StrCat("configure: the number of ", what, " is unknown: ",
                            count.status().message(), "; ", variable, " is set to 0"));
  return 0;
}

Hardware CountHardware(const HostFacts& facts) {
  return {.cpus = facts.cpus.machine,
          .gpus = CountOrWarn(facts.gpus, "GPUs", "SM_NUM_GPUS"),
          .neuron_cores = CountOrWarn(facts.neuron_cores, "Neuron cores", "SM_NUM_NEURONS")};
}

// SM_LOG_LEVEL as the user set it for us, else as the job's hyperparameters have it for everybody.
void SetLogLevel(const EnvMap& inbound, const EnvMap& training_env) {
  int level = 0;
  absl::string_view wanted = GetOr(training_env, "SM_LOG_LEVEL");
  if (absl::SimpleAtoi(GetOr(inbound, "SM_LOG_LEVEL", wanted), &level)) log::SetLevel(level);
}

void LogFindings(const ConfiguredJob& configured) {
  const JobConfig& job = configured.job;
  const CpuFacts& cpus = configured.facts.cpus;
  if (job.standalone) {
    log::Info(absl::StrCat("configure: no configuration found; running as a single host from ",
                           job.paths.base));
  }
  if (cpus.usable != cpus.machine) {
    log::Info(absl::StrCat("configure: ", cpus.usable, " of the machine's ", cpus.machine,
                           " CPUs are ours to use (", cpus.usable_source, "); SM_NUM_CPUS stays ",
                           cpus.machine));
  }
}

// The directories into which scripts expect to write without making them first.
absl::Status MakeOutputDirectories(const JobConfig& job) {
  if (job.standalone) return absl::OkStatus();
  for (const std::string& directory :
       {job.paths.model, job.paths.output_data, job.paths.output_intermediate}) {
    std::error_code error;
    std::filesystem::create_directories(directory, error);
    if (error) return ErrnoStatus(error.value(), absl::StrCat("create directory ", directory));
  }
  return absl::OkStatus();
}

void ChooseHosts(const JobConfig& job, Setup& setup) {
  const std::string& me = job.resources.current_host;
  const std::vector<std::string>& all = job.distribution_hosts;
  auto found = std::find(all.begin(), all.end(), me);
  if (found == all.end()) {
    log::Info(absl::StrCat("configure: ", me, " does not belong to the distribution of ",
                           absl::StrJoin(all, ", "), "; it runs its script alone"));
    setup.hosts = {me};
    return;
  }
  setup.hosts = all;
  setup.host_rank = static_cast<int>(found - all.begin());
}

absl::Status ChooseLauncher(Setup& setup) {
  SM_ASSIGN_OR_RETURN(LauncherSelection selection,
                      SelectLauncher(setup.options.launcher, setup.job.framework_parameters));
  log::Info(
      absl::StrCat("configure: launcher ", LauncherName(selection.kind), ": ", selection.reason));
  switch (selection.kind) {
    case LauncherKind::kScript:
      setup.launcher = MakeScriptLauncher();
      break;
    case LauncherKind::kWorkers:
      setup.launcher = MakeWorkersLauncher({setup.options.processes_per_host});
      break;
  }
  SM_ASSIGN_OR_RETURN(setup.local_world_size, setup.launcher->LocalWorldSize(setup.facts));
  return absl::OkStatus();
}

// Arguments of the command line follow those of the hyperparameters.
std::vector<std::string> AllArguments(const JobConfig& job, const RunCommand& command) {
  std::vector<std::string> arguments = ScriptArguments(job);
  arguments.insert(arguments.end(), command.arguments.begin(), command.arguments.end());
  return arguments;
}

absl::StatusOr<std::string> CurrentDirectory() {
  std::error_code error;
  std::filesystem::path path = std::filesystem::current_path(error);
  if (error) return ErrnoStatus(error.value(), "the current directory cannot be used");
  return path.string();
}

UserProgramRequest RequestProgram(const RunCommand& command, const Setup& setup,
                                  std::string current_directory) {
  return {.script = command.script.empty() ? setup.job.program.value_or("") : command.script,
          .from_command_line = !command.script.empty(),
          .code_directory = setup.job.paths.code,
          .current_directory = std::move(current_directory),
          .python = setup.options.python,
          .arguments = AllArguments(setup.job, command),
          .env = setup.env};
}

}  // namespace

absl::StatusOr<ConfiguredJob> ConfigureJob(const std::string& base_dir, const EnvMap& env) {
  SM_ASSIGN_OR_RETURN(std::string here, CurrentDirectory());
  ConfiguredJob configured;
  SM_ASSIGN_OR_RETURN(configured.job, ReadJobConfig(LocateConfig(base_dir, env, here), env, here));
  configured.facts = Probe(env);
  configured.training_env = BuildTrainingEnv(configured.job, CountHardware(configured.facts), env);
  SetLogLevel(env, configured.training_env);
  log::SetHost(configured.job.resources.current_host);
  LogFindings(configured);
  return configured;
}

absl::StatusOr<Setup> Configure(const RunCommand& command, const EnvMap& env) {
  SM_ASSIGN_OR_RETURN(ConfiguredJob configured, ConfigureJob(command.base_dir, env));
  Setup setup;
  setup.job = std::move(configured.job);
  setup.facts = std::move(configured.facts);
  SM_ASSIGN_OR_RETURN(setup.options,
                      ResolveRunOptions(command.flags, env, setup.job.framework_parameters));
  ChooseHosts(setup.job, setup);
  SM_RETURN_IF_ERROR(ChooseLauncher(setup));
  SM_RETURN_IF_ERROR(MakeOutputDirectories(setup.job));
  setup.env = env;
  for (auto& [name, value] : configured.training_env) setup.env[name] = value;
  setup.env["SM_USER_ARGS"] = UserArgsValue(AllArguments(setup.job, command));
  SM_ASSIGN_OR_RETURN(std::string here, CurrentDirectory());
  setup.program = RequestProgram(command, setup, std::move(here));
  return setup;
}

}  // namespace sm
