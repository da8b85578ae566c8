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

// Everything that is known before the network is touched. Plain data; copy freely.
struct JobConfig {
  JobPaths paths;
  ResourceConfig resources;
  json::Object input_data_config;     // the whole file
  json::Object hyperparameters;       // the user's: decoded, without sagemaker_*
  json::Object framework_parameters;  // sagemaker_*, decoded
  // True when there is no configuration at all: one host, from the current directory.
  bool standalone = false;

  // The hosts that take part in the distribution, in rank order: all of resources.hosts, or those
  // of the groups in sagemaker_distribution_instance_groups. The first one is the leader.
  std::vector<std::string> distribution_hosts;
};

// Where the job's files are, and whether they must be there.
struct ConfigLocation {
  std::string base_dir;
  bool required = false;  // false: a missing input/config directory means a standalone host
};

// --base-dir (if not empty), then SAGEMAKER_BASE_DIR of `env`, then /opt/ml when that exists; the
// first two are required to hold a configuration. Relative directories are resolved against
// `current_directory`.
ConfigLocation LocateConfig(absl::string_view base_dir_flag, const EnvMap& env,
                            absl::string_view current_directory);

// Reads the three files under `location`. hyperparameters.json and inputdataconfig.json may be
// absent, as the toolkit accepts; resourceconfig.json only when nothing is required.
//
// Errors, each naming file, key, value seen and what was expected: NotFound for a missing file,
// InvalidArgument for malformed or contradictory content, errno's mapping for an unreadable file.
absl::StatusOr<JobConfig> ReadJobConfig(const ConfigLocation& location, const EnvMap& env,
                                        absl::string_view current_directory);

}  // namespace sm

#endif  // SM_BOOTSTRAP_CONFIG_JOB_CONFIG_H_
