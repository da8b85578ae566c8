// The effective options of a run, each with its provenance.
//
// Precedence: flag, then SM_BOOTSTRAP_* environment variable, then sagemaker_* hyperparameter, then
// default. One table describes every option, so the command line, the environment, the help text
// and this precedence cannot drift apart.
#ifndef SM_BOOTSTRAP_CONFIG_OPTIONS_H_
#define SM_BOOTSTRAP_CONFIG_OPTIONS_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "bootstrap/base/env_map.h"
#include "bootstrap/config/json.h"

namespace sm {

// An option's value as it was found, and where.
struct EffectiveOption {
  std::string name;   // "grace"
  std::string value;  // "30s"
  std::string
      source;  // "--grace", "SM_BOOTSTRAP_GRACE", "hyperparameter sagemaker_program", "default"
};

struct RunOptions {
  std::string launcher = "auto";
  std::optional<int> processes_per_host;  // absent: by accelerators
  std::string python;                     // absent: python3 of the PATH
  int rendezvous_port = 7776;
  absl::Duration rendezvous_timeout = absl::Minutes(15);
  std::string leader_address;  // empty: the leader's host name
  int master_port = 0;         // 0: the leader reserves one
  absl::Duration grace = absl::Seconds(30);
  std::string log_dir;              // empty: no files
  std::string log_prefix = "auto";  // auto, none, or a template with {host}, {rank}, {local_rank}

  std::vector<EffectiveOption> effective;  // every option above, in the table's order
};

// What the command line shows of one option.
struct OptionHelp {
  std::string name;  // without dashes
  std::string value_name;
  std::string text;
};
std::vector<OptionHelp> RunOptionsHelp();

// Flags as they were given: name without dashes to value.
using FlagValues = std::map<std::string, std::string, std::less<>>;

// InvalidArgument for a value that does not fit: the message names the source, the value and what
// was expected.
absl::StatusOr<RunOptions> ResolveRunOptions(const FlagValues& flags, const EnvMap& env,
                                             const json::Object& framework_parameters);

// "SM_BOOTSTRAP_RENDEZVOUS_PORT" for "rendezvous-port".
std::string OptionVariable(absl::string_view name);

// "300ms", "10s", "15m", "1h30m"; positive and finite.
absl::StatusOr<absl::Duration> ParsePositiveDuration(absl::string_view text);

}  // namespace sm

#endif  // SM_BOOTSTRAP_CONFIG_OPTIONS_H_
