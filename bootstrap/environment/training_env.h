// The SM_* environment of the SageMaker contract, as a pure function of configuration and machine.
#ifndef SM_BOOTSTRAP_ENVIRONMENT_TRAINING_ENV_H_
#define SM_BOOTSTRAP_ENVIRONMENT_TRAINING_ENV_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "bootstrap/base/env_map.h"
#include "bootstrap/config/job_config.h"
#include "bootstrap/host/host_facts.h"

namespace sm {

// The counts that the contract reports.
struct Hardware {
  int cpus = 1;
  int gpus = 0;
  int neuron_cores = 0;
};

// Every SM_* variable of the contract, byte for byte as the SageMaker training toolkit (2025-09)
// sets it; tests/data/sm_env_cases.jsonl is the reference. `inbound` is the environment that we
// were started with (SAGEMAKER_PROGRAM and others take part).
EnvMap BuildTrainingEnv(const JobConfig& job, const Hardware& hardware, const EnvMap& inbound);

// The user's hyperparameters as script arguments, "--name", "value", …: what SM_USER_ARGS holds.
std::vector<std::string> ScriptArguments(const JobConfig& job);

// SM_USER_ARGS for a list of arguments (the command line's follow those of the hyperparameters).
std::string UserArgsValue(const std::vector<std::string>& arguments);

}  // namespace sm

#endif  // SM_BOOTSTRAP_ENVIRONMENT_TRAINING_ENV_H_
