// What the job's files and inbound environment say, parsed once into typed values.
#ifndef SM_BOOTSTRAP_CONFIG_JOB_CONFIG_H_
#define SM_BOOTSTRAP_CONFIG_JOB_CONFIG_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "bootstrap/base/env_map.h"
#include "bootstrap/config/json.h"

namespace sm {

// The layout of SageMaker's /opt/ml under `base`. All absolute.
struct JobPaths {
  std::string base;
  std::string input;                // {base}/input
  std::string input_config;         // {base}/input/config
  std::string input_data;           // {base}/input/data
  std::string model;                // {base}/model
  std::string code;                 // {base}/code
  std::string output;               // {base}/output
  std::string output_data;          // {base}/output/data
  std::string output_intermediate;  // {base}/output/intermediate
  std::string failure;              // {base}/output/failure

  static JobPaths Under(std::string base);
};

struct InstanceGroup {
  std::string name;
  std::string instance_type;
  std::vector<std::string> hosts;
};

// resourceconfig.json. Validated: at least one host, none empty or twice, current_host among them.
struct ResourceConfig {
  std::string current_host;
  std::vector<std::string> hosts;                     // in the file's order, which ranks follow
  std::optional<std::string> network_interface_name;  // absent when the file names none
  std::optional<std::string> current_instance_type;
  std::optional<std::string> current_group_name;
  std::vector<InstanceGroup> instance_groups;
  json::Object raw;  // the whole file
};

// The interface that SageMaker's network has when the file names none.
inline constexpr absl::string_view kDefaultInterfaceName = "eth0";

// True for the names of hyperparameters that the training toolkit keeps to itself: they reach
// neither the user's script nor SM_FRAMEWORK_PARAMS. Not all of them begin with "sagemaker_".
bool IsReservedParameter(absl::string_view name);

// Everything that is known before the network is touched. Plain data; copy freely.
//
// Strings are held as json::Value holds them, so a lone surrogate may occur in those that come from
// the files. No name or value that would become an environment variable or an argument contains NUL
// and no such name contains '=' or is empty.
struct JobConfig {
  JobPaths paths;
  ResourceConfig resources;
  json::Object input_data_config;     // the whole file: channel name to an object
  json::Object hyperparameters;       // the user's, decoded
  json::Object framework_parameters;  // sagemaker_* and the other reserved names, decoded
  // True when there is no configuration at all: one host, "algo-1", whose code is in the current
  // directory. The other paths are named under it as usual, and nobody has made them.
  bool standalone = false;

  // The hosts that take part in the distribution, in rank order: all of resources.hosts, or those
  // of the groups in sagemaker_distribution_instance_groups. The first one is the leader.
  std::vector<std::string> distribution_hosts;

  // What to run: SAGEMAKER_PROGRAM, or when that is unset or empty sagemaker_program.
  std::optional<std::string> program;
  // TRAINING_JOB_NAME, or when that is unset or empty sagemaker_job_name.
  std::optional<std::string> job_name;
};

// Where the job's files are, and whether they must be there.
struct ConfigLocation {
  std::string base_dir;   // empty: there is nowhere to look
  bool required = false;  // false: a missing input/config directory means a standalone host
};

// --base-dir (if not empty), then SAGEMAKER_BASE_DIR of `env`, then /opt/ml when that exists; the
// first two are required to hold a configuration. An empty variable counts as unset. Relative
// directories are resolved against `current_directory`.
ConfigLocation LocateConfig(absl::string_view base_dir_flag, const EnvMap& env,
                            absl::string_view current_directory,
                            const std::string& default_base_dir = "/opt/ml");

// Reads the three files under `location`. hyperparameters.json and inputdataconfig.json may be
// absent, as the toolkit accepts; resourceconfig.json only when nothing is required.
//
// `env` has the inbound variables that take part: SAGEMAKER_PROGRAM and TRAINING_JOB_NAME.
//
// Errors, each naming file, key, value seen and what was expected: NotFound for a missing file,
// InvalidArgument for malformed or contradictory content, ResourceExhausted for a file of more than
// 32 MiB, errno's mapping for an unreadable file.
absl::StatusOr<JobConfig> ReadJobConfig(const ConfigLocation& location, const EnvMap& env,
                                        absl::string_view current_directory);

}  // namespace sm

#endif  // SM_BOOTSTRAP_CONFIG_JOB_CONFIG_H_
