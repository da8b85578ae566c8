// The command line as a value.
#ifndef SM_BOOTSTRAP_APP_COMMAND_LINE_H_
#define SM_BOOTSTRAP_APP_COMMAND_LINE_H_

#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "bootstrap/config/options.h"

namespace sm {

// sm-bootstrap [run] [options] [SCRIPT [ARGS...]]
struct RunCommand {
  std::string base_dir;  // --base-dir; empty: see LocateConfig()
  FlagValues flags;      // the options of config/options.h that were given
  std::string uts_name;  // --uts-name: run under a host name of our own, where the kernel allows
  std::string script;    // empty: from the configuration
  std::vector<std::string> arguments;
};

// sm-bootstrap local --hosts N [run options] SCRIPT [ARGS...]
struct LocalCommand {
  int hosts = 1;
  std::string work_dir;  // --work-dir; empty: a new one under $TMPDIR
  RunCommand run;        // what every host runs; its base_dir is the template to copy
};

// sm-bootstrap env [--format shell|json]
struct EnvCommand {
  std::string base_dir;
  bool json = false;
};

// --help, --version: print and succeed.
struct PrintCommand {
  std::string text;
};

using CommandLine = std::variant<RunCommand, LocalCommand, EnvCommand, PrintCommand>;

// Parses the whole argv. Called under the name `train`, as SageMaker starts a container, it is
// `run` with no subcommand to name. Everything from SCRIPT on belongs to the script, untouched.
// InvalidArgument, with the option and what was expected, for wrong usage.
absl::StatusOr<CommandLine> ParseCommandLine(const std::vector<std::string>& argv);

}  // namespace sm

#endif  // SM_BOOTSTRAP_APP_COMMAND_LINE_H_
