#include "bootstrap/app/app.h"

#include <unistd.h>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "bootstrap/app/exit_code.h"
#include "bootstrap/app/session.h"
#include "bootstrap/app/setup.h"
#include "bootstrap/app/timeline.h"
#include "bootstrap/app/uts.h"
#include "bootstrap/app/version.h"
#include "bootstrap/base/console.h"
#include "bootstrap/base/event_loop.h"
#include "bootstrap/base/log.h"
#include "bootstrap/base/overloaded.h"
#include "bootstrap/environment/format.h"

namespace sm {
namespace {

int PrintToStdout(const std::string& text) {
  absl::Status written = WriteToConsole(STDOUT_FILENO, text);
  if (written.ok()) return kExitSuccess;
  log::Error(absl::StrCat("standard output: ", written.message()));
  return kExitOsError;
}

}  // namespace

int RunJob(const RunCommand& command, const EnvMap& env) {
  if (!command.uts_name.empty()) EnterUtsNamespace(command.uts_name);
  Timeline timeline(SystemClock());
  timeline.Enter(Phase::kConfigure, absl::StrCat("sm-bootstrap ", kVersion));
  absl::StatusOr<Setup> setup = Configure(command, env);
  if (!setup.ok()) {
    log::Error(absl::StrCat("configure: ", setup.status().message()));
    return kExitUsage;
  }
  absl::StatusOr<std::unique_ptr<EventLoop>> loop = EventLoop::Create();
  if (!loop.ok()) {
    log::Error(loop.status().message());
    return kExitOsError;
  }
  return Session(**loop, *setup, timeline).Run();
}

int PrintEnvironment(const EnvCommand& command, const EnvMap& env) {
  absl::StatusOr<ConfiguredJob> configured = ConfigureJob(command.base_dir, env);
  if (!configured.ok()) {
    log::Error(absl::StrCat("configure: ", configured.status().message()));
    return kExitUsage;
  }
  return PrintToStdout(command.json ? FormatJson(configured->training_env)
                                    : FormatShell(configured->training_env));
}

int Main(const std::vector<std::string>& argv, const EnvMap& env) {
  if (int level = 0; absl::SimpleAtoi(GetOr(env, "SM_LOG_LEVEL"), &level)) log::SetLevel(level);
  absl::StatusOr<CommandLine> command_line = ParseCommandLine(argv);
  if (!command_line.ok()) {
    log::Error(absl::StrCat(command_line.status().message(), " (see sm-bootstrap --help)"));
    return kExitUsage;
  }
  return std::visit(Overloaded{
                        [&](const RunCommand& command) { return RunJob(command, env); },
                        [&](const LocalCommand& command) { return RunLocalCluster(command, env); },
                        [&](const EnvCommand& command) { return PrintEnvironment(command, env); },
                        [&](const PrintCommand& command) { return PrintToStdout(command.text); },
                    },
                    *command_line);
}

}  // namespace sm
