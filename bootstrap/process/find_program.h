// Finds programs as a shell would.
#ifndef SM_BOOTSTRAP_PROCESS_FIND_PROGRAM_H_
#define SM_BOOTSTRAP_PROCESS_FIND_PROGRAM_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "bootstrap/base/env_map.h"

namespace sm {

// The absolute path of the executable file that `name` means: itself when it contains a slash, else
// the first one of that name in the PATH of `env` (execvp's default when there is none). NotFound,
// naming what was searched, when there is no such file; PermissionDenied when there is one, but
// none that we may execute.
absl::StatusOr<std::string> FindOnPath(absl::string_view name, const EnvMap& env);

}  // namespace sm

#endif  // SM_BOOTSTRAP_PROCESS_FIND_PROGRAM_H_
