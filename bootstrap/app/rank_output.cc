#include "bootstrap/app/rank_output.h"

#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "bootstrap/base/errno_status.h"

namespace sm {

std::string RankPrefix(const std::string& log_prefix, const std::string& host, int rank,
                       int local_rank, int world_size) {
  if (log_prefix == "none") return "";
  if (log_prefix == "auto" && world_size == 1) return "";
  return absl::StrReplaceAll(log_prefix == "auto" ? "[{host}:{rank}] " : log_prefix,
                             {{"{host}", host},
                              {"{rank}", absl::StrCat(rank)},
                              {"{local_rank}", absl::StrCat(local_rank)}});
}

absl::StatusOr<std::vector<OutputSpec>> RankOutputs(const LaunchPlan& plan, const World& world,
                                                    const std::string& host,
                                                    const RunOptions& options) {
  if (!options.log_dir.empty()) {
    std::error_code error;
    std::filesystem::create_directories(options.log_dir, error);
    if (error) {
      return ErrnoStatus(error.value(), absl::StrCat("--log-dir: create ", options.log_dir));
    }
  }
  std::vector<OutputSpec> outputs;
  for (const PlannedProcess& process : plan.processes) {
    OutputSpec spec;
    spec.prefix =
        RankPrefix(options.log_prefix, host, process.rank, process.local_rank, world.world_size);
    if (!options.log_dir.empty()) {
      spec.log_file = absl::StrCat(options.log_dir, "/", host, "-", process.rank, ".log");
    }
    outputs.push_back(std::move(spec));
  }
  return outputs;
}

}  // namespace sm
