// Where each rank's lines go and what stands before them.
#ifndef SM_BOOTSTRAP_APP_RANK_OUTPUT_H_
#define SM_BOOTSTRAP_APP_RANK_OUTPUT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "bootstrap/config/options.h"
#include "bootstrap/process/output_pump.h"
#include "launchers/launcher.h"
#include "rendezvous/core/world.h"

namespace sm {

// The prefix of one rank's lines by `log_prefix` (see RunOptions): "[algo-2:3] " in a world of
// several ranks, nothing in a world of one, or the user's own template filled in.
std::string RankPrefix(const std::string& log_prefix, const std::string& host, int rank,
                       int local_rank, int world_size);

// One entry per process of `plan`. Makes --log-dir when it is asked for and not there; its files
// are named <host>-<rank>.log. Fails when that directory cannot be made.
absl::StatusOr<std::vector<OutputSpec>> RankOutputs(const LaunchPlan& plan, const World& world,
                                                    const std::string& host,
                                                    const RunOptions& options);

}  // namespace sm

#endif  // SM_BOOTSTRAP_APP_RANK_OUTPUT_H_
