#include "bootstrap/base/env_map.h"

#include <unistd.h>

namespace sm {

EnvMap CurrentEnvironment() {
  EnvMap env;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    absl::string_view text(*entry);
    size_t equals = text.find('=');
    if (equals == absl::string_view::npos || equals == 0) continue;
    env.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return env;
}

std::vector<std::string> ToEnvironStrings(const EnvMap& env) {
  std::vector<std::string> entries;
  entries.reserve(env.size());
  for (const auto& [name, value] : env) entries.push_back(name + "=" + value);
  return entries;
}

absl::string_view GetOr(const EnvMap& env, absl::string_view name, absl::string_view fallback) {
  auto it = env.find(name);
  return it == env.end() ? fallback : absl::string_view(it->second);
}

}  // namespace sm
