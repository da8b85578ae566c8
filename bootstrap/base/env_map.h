// An environment as a value: what a process is given, read once at the edge.
#ifndef SM_BOOTSTRAP_BASE_ENV_MAP_H_
#define SM_BOOTSTRAP_BASE_ENV_MAP_H_

#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace sm {

// Name to value, sorted by name.
using EnvMap = std::map<std::string, std::string, std::less<>>;

// This process's environment. Entries without '=' are dropped; the first of a duplicated name wins,
// as getenv() has it.
EnvMap CurrentEnvironment();

// "NAME=value" entries, as execve() takes them.
std::vector<std::string> ToEnvironStrings(const EnvMap& env);

// The value of `name`, or "" when it is not set.
absl::string_view GetOr(const EnvMap& env, absl::string_view name, absl::string_view fallback = "");

}  // namespace sm

#endif  // SM_BOOTSTRAP_BASE_ENV_MAP_H_
