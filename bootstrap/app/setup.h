// The configure phase: everything that is known before the network is touched.
#ifndef SM_BOOTSTRAP_APP_SETUP_H_
#define SM_BOOTSTRAP_APP_SETUP_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "bootstrap/app/command_line.h"
#include "bootstrap/base/env_map.h"
#include "bootstrap/code/user_program.h"
#include "bootstrap/config/job_config.h"
#include "bootstrap/config/options.h"
#include "bootstrap/host/host_facts.h"
#include "launchers/launcher.h"

namespace sm {

// What a run works from. Immutable once made.
struct Setup {
  JobConfig job;
  RunOptions options;
  HostFacts facts;
  std::unique_ptr<Launcher> launcher;
  int local_world_size = 1;
  std::vector<std::string> hosts;  // that take part with us, in rank order; us alone when we do not
                                   // belong to the distribution
  int host_rank = 0;               // ours among them
  EnvMap env;                      // inherited, with the SM_* on top
  UserProgramRequest program;

  const std::string& host() const { return hosts[static_cast<size_t>(host_rank)]; }
  bool is_leader() const { return host_rank == 0; }
  bool is_alone() const { return hosts.size() == 1; }
};

// What the SM_* variables are made of.
struct ConfiguredJob {
  JobConfig job;
  HostFacts facts;
  EnvMap training_env;  // the SM_* alone
};

// Reads the configuration and probes the machine. Logs what is unusual about either; a device query
// that fails is a warning here and an error where the answer is needed.
absl::StatusOr<ConfiguredJob> ConfigureJob(const std::string& base_dir, const EnvMap& env);

// The whole phase. Every error is the user's to mend and says how (exit code 2).
absl::StatusOr<Setup> Configure(const RunCommand& command, const EnvMap& env);

}  // namespace sm

#endif  // SM_BOOTSTRAP_APP_SETUP_H_
