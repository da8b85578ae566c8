#include "bootstrap/config/options.h"

#include <functional>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "bootstrap/base/status_macros.h"

namespace sm {
namespace {

// Stores `text` into its field, or says what was expected ("a port from 1 to 65535").
using Setter = std::function<absl::Status(absl::string_view text, RunOptions& options)>;

struct OptionSpec {
  std::string name;
  std::string hyperparameter;  // empty: none
  std::string value_name;
  std::string help;
  std::string default_text;
  Setter set;
};

absl::Status Expected(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("expected ", what));
}

Setter Text(std::string RunOptions::*field) {
  return [field](absl::string_view text, RunOptions& options) {
    options.*field = std::string(text);
    return absl::OkStatus();
  };
}

Setter Number(int RunOptions::*field, int low, int high, std::string what) {
  return [=](absl::string_view text, RunOptions& options) -> absl::Status {
    int value = 0;
    if (!absl::SimpleAtoi(text, &value) || value < low || value > high) return Expected(what);
    options.*field = value;
    return absl::OkStatus();
  };
}

Setter PositiveDuration(absl::Duration RunOptions::*field) {
  return [field](absl::string_view text, RunOptions& options) -> absl::Status {
    SM_ASSIGN_OR_RETURN(options.*field, ParsePositiveDuration(text));
    return absl::OkStatus();
  };
}

absl::Status SetProcessesPerHost(absl::string_view text, RunOptions& options) {
  if (text == "auto") return absl::OkStatus();
  int value = 0;
  if (!absl::SimpleAtoi(text, &value) || value < 1 || value > 65536) {
    return Expected("\"auto\" or a number from 1 to 65536");
  }
  options.processes_per_host = value;
  return absl::OkStatus();
}

absl::Status SetLauncher(absl::string_view text, RunOptions& options) {
  for (absl::string_view known : {"auto", "script", "workers", "mpi", "ps", "mwms"}) {
    if (text != known) continue;
    options.launcher = std::string(text);
    return absl::OkStatus();
  }
  return Expected("auto, script or workers");
}

const std::vector<OptionSpec>& Specs() {
  static const std::vector<OptionSpec> specs = {
      {"launcher", "", "NAME", "auto (by the sagemaker_* hyperparameters), script or workers",
       "auto", SetLauncher},
      {"nproc-per-host", "sagemaker_mpi_num_of_processes_per_host", "N",
       "workers on each host; auto: GPUs, else Neuron cores, else 1", "auto", SetProcessesPerHost},
      {"python", "", "PATH", "the Python that runs .py scripts; default: python3 on PATH", "",
       Text(&RunOptions::python)},
      {"rendezvous-port", "", "PORT", "the leader's port", "7776",
       Number(&RunOptions::rendezvous_port, 1, 65535, "a port from 1 to 65535")},
      {"rendezvous-timeout", "", "DURATION", "until every host must be there", "15m",
       PositiveDuration(&RunOptions::rendezvous_timeout)},
      {"leader-address", "", "HOST", "dial this instead of the leader's host name", "",
       Text(&RunOptions::leader_address)},
      {"master-port", "", "PORT", "MASTER_PORT; 0: the leader finds a free one", "0",
       Number(&RunOptions::master_port, 0, 65535, "a port from 1 to 65535, or 0")},
      {"grace", "", "DURATION", "from SIGTERM to SIGKILL when the job ends early", "30s",
       PositiveDuration(&RunOptions::grace)},
      {"log-dir", "", "DIR", "also write each rank's output to a file here", "",
       Text(&RunOptions::log_dir)},
      {"log-prefix", "", "TEXT",
       "before each line of output: auto ('[{host}:{rank}] ' in a world of several), none, or a "
       "text with {host}, {rank}, {local_rank}",
       "auto", Text(&RunOptions::log_prefix)},
  };
  return specs;
}

// A hyperparameter's text, as a flag would have it.
std::string HyperparameterText(const json::Value& value) {
  const std::string* text = value.AsString();
  return text != nullptr ? *text : json::Dump(value);
}

EffectiveOption Find(const OptionSpec& spec, const FlagValues& flags, const EnvMap& env,
                     const json::Object& parameters) {
  if (auto flag = flags.find(spec.name); flag != flags.end()) {
    return {spec.name, flag->second, absl::StrCat("--", spec.name)};
  }
  std::string variable = OptionVariable(spec.name);
  if (auto it = env.find(variable); it != env.end()) return {spec.name, it->second, variable};
  if (!spec.hyperparameter.empty()) {
    const json::Value* value = parameters.Find(spec.hyperparameter);
    if (value != nullptr && !value->is_null()) {
      return {spec.name, HyperparameterText(*value),
              absl::StrCat("hyperparameter ", spec.hyperparameter)};
    }
  }
  return {spec.name, spec.default_text, "default"};
}

}  // namespace

std::string OptionVariable(absl::string_view name) {
  return absl::StrCat("SM_BOOTSTRAP_",
                      absl::AsciiStrToUpper(absl::StrReplaceAll(name, {{"-", "_"}})));
}

absl::StatusOr<absl::Duration> ParsePositiveDuration(absl::string_view text) {
  absl::Duration duration;
  if (!absl::ParseDuration(text, &duration) || duration <= absl::ZeroDuration() ||
      duration >= absl::Hours(24 * 365)) {
    return Expected("a positive duration such as 300ms, 10s or 15m");
  }
  return duration;
}

std::vector<OptionHelp> RunOptionsHelp() {
  std::vector<OptionHelp> help;
  for (const OptionSpec& spec : Specs()) {
    std::string text = spec.help;
    if (!spec.default_text.empty()) absl::StrAppend(&text, " (default: ", spec.default_text, ")");
    help.push_back({spec.name, spec.value_name, text});
  }
  return help;
}

absl::StatusOr<RunOptions> ResolveRunOptions(const FlagValues& flags, const EnvMap& env,
                                             const json::Object& framework_parameters) {
  RunOptions options;
  for (const OptionSpec& spec : Specs()) {
    EffectiveOption found = Find(spec, flags, env, framework_parameters);
    if (absl::Status set = spec.set(found.value, options); !set.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat(found.source, ": found \"", found.value, "\", ", set.message()));
    }
    options.effective.push_back(std::move(found));
  }
  return options;
}

}  // namespace sm
