// Runs a small tool and returns what it prints.
#ifndef SM_BOOTSTRAP_PROCESS_CAPTURE_H_
#define SM_BOOTSTRAP_PROCESS_CAPTURE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "bootstrap/base/env_map.h"

namespace sm {

// Runs argv[0], found on the PATH of `env`, with `env` as its environment, and returns its standard
// output; its standard error is ours. Ends when the tool does, whoever still holds its pipe, and
// kills what it left in its process group. Blocks; collects its child itself, so call it before the
// event loop runs or from a program without one.
//
// NotFound when there is no such program; DeadlineExceeded when it has not ended within
// `timeout` (it is killed); ResourceExhausted when it prints more than 16 MiB (likewise); Unknown,
// with how it ended, when it could not be started or did not exit with 0.
absl::StatusOr<std::string> CaptureOutput(const std::vector<std::string>& argv, const EnvMap& env,
                                          absl::Duration timeout);

}  // namespace sm

#endif  // SM_BOOTSTRAP_PROCESS_CAPTURE_H_
