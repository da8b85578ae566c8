// The subcommands. Each takes its part of the command line and returns the program's exit code.
#ifndef SM_BOOTSTRAP_APP_APP_H_
#define SM_BOOTSTRAP_APP_APP_H_

#include <string>
#include <vector>

#include "bootstrap/app/command_line.h"
#include "bootstrap/base/env_map.h"

namespace sm {

// This host's part of a job. Signals must be blocked (BlockSignals) and no thread may run yet.
int RunJob(const RunCommand& command, const EnvMap& env);

// A whole cluster on this machine: one bootstrapper process per host over loopback.
int RunLocalCluster(const LocalCommand& command, const EnvMap& env);

// Prints the SM_* variables.
int PrintEnvironment(const EnvCommand& command, const EnvMap& env);

// Parses argv and runs what it asks for.
int Main(const std::vector<std::string>& argv, const EnvMap& env);

}  // namespace sm

#endif  // SM_BOOTSTRAP_APP_APP_H_
