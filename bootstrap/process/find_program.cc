#include "bootstrap/process/find_program.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace sm {
namespace {

constexpr absl::string_view kDefaultPath = "/usr/local/bin:/usr/bin:/bin";

enum class Candidate { kAbsent, kNotExecutable, kExecutable };

Candidate Examine(const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) return Candidate::kAbsent;
  // With effective rights, as execve() checks them; root "may" access what has no x bit at all.
  bool executable = S_ISREG(info.st_mode) && (info.st_mode & 0111) != 0 &&
                    faccessat(AT_FDCWD, path.c_str(), X_OK, AT_EACCESS) == 0;
  return executable ? Candidate::kExecutable : Candidate::kNotExecutable;
}

std::string Absolute(const std::string& path) {
  std::error_code error;
  std::filesystem::path absolute = std::filesystem::absolute(path, error);
  return error ? path : absolute.string();
}

}  // namespace

absl::StatusOr<std::string> FindOnPath(absl::string_view name, const EnvMap& env) {
  if (name.empty()) return absl::NotFoundError("program: empty name");
  const bool is_path = absl::StrContains(name, "/");
  const absl::string_view search = GetOr(env, "PATH", kDefaultPath);
  std::string refused;
  for (absl::string_view directory : absl::StrSplit(is_path ? "" : search, ':')) {
    std::string path =
        is_path || directory.empty() ? std::string(name) : absl::StrCat(directory, "/", name);
    Candidate candidate = Examine(path);
    if (candidate == Candidate::kExecutable) return Absolute(path);
    if (candidate == Candidate::kNotExecutable && refused.empty()) refused = path;
  }
  if (!refused.empty()) {
    return absl::PermissionDeniedError(absl::StrCat(refused, ": is not an executable file"));
  }
  if (is_path) return absl::NotFoundError(absl::StrCat(name, ": no such file"));
  return absl::NotFoundError(absl::StrCat(name, ": no such program on PATH (", search, ")"));
}

}  // namespace sm
