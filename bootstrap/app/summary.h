// The closing words of a run.
#ifndef SM_BOOTSTRAP_APP_SUMMARY_H_
#define SM_BOOTSTRAP_APP_SUMMARY_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "bootstrap/app/timeline.h"
#include "bootstrap/config/job_config.h"
#include "rendezvous/core/world.h"

namespace sm {

// "1 host", "2 hosts".
std::string CountOf(size_t count, absl::string_view one, absl::string_view many);

// The words of an argv with spaces between them, at most 400 bytes of them: for people, not for
// shells.
std::string DescribeCommand(const std::vector<std::string>& argv);

// "2 hosts, 4 ranks; master 10.0.0.1:17001".
std::string DescribeWorld(const World& world);

struct SummaryInput {
  const World& world;
  const JobConfig& job;
  const Timeline& timeline;
  int exit_code = 0;
};

// Hosts with their ranks (the first ones, when there are many), times, and what lies in the model
// directory: one string per line.
std::vector<std::string> SummaryLines(const SummaryInput& input);

// Writes SummaryLines to the log.
void LogSummary(const SummaryInput& input);

}  // namespace sm

#endif  // SM_BOOTSTRAP_APP_SUMMARY_H_
