// Where the program of a given name is.
#ifndef SM_BOOTSTRAP_BASE_FIND_PROGRAM_H_
#define SM_BOOTSTRAP_BASE_FIND_PROGRAM_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "bootstrap/base/env_map.h"

namespace sm {

// The absolute path of the first executable regular file called `name` in the directories of
// `env`'s PATH, or of "/usr/local/bin:/usr/bin:/bin" when there is no PATH; absent when there is
// none. Links are not resolved, since a Python finds its virtual environment by the link's place.
// `name` must hold no slash. Directories that are not absolute are passed over: what they mean
// depends on where each process happens to be.
std::optional<std::string> FindOnPath(absl::string_view name, const EnvMap& env);

// `path` is a regular file that this process may execute.
bool IsExecutableFile(const std::string& path);

}  // namespace sm

#endif  // SM_BOOTSTRAP_BASE_FIND_PROGRAM_H_
