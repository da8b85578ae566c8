#include "bootstrap/environment/format.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "bootstrap/config/json.h"

namespace sm {
namespace {

bool IsShellName(absl::string_view name) {
  if (name.empty() || absl::ascii_isdigit(static_cast<unsigned char>(name[0]))) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return c == '_' || absl::ascii_isalnum(static_cast<unsigned char>(c));
  });
}

}  // namespace

std::string FormatShell(const EnvMap& env) {
  std::string out;
  for (const auto& [name, value] : env) {
    if (IsShellName(name)) {
      absl::StrAppend(&out, "export ", name, "='", absl::StrReplaceAll(value, {{"'", "'\\''"}}),
                      "'\n");
    } else {
      absl::StrAppend(&out, "# not a name for a shell: ", json::Dump(name), " is ",
                      json::Dump(value), "\n");
    }
  }
  return out;
}

std::string FormatJson(const EnvMap& env) {
  json::Object object;
  for (const auto& [name, value] : env) object.Set(name, value);
  return json::Dump(object) + "\n";
}

}  // namespace sm
