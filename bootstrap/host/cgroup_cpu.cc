#include "bootstrap/host/cgroup_cpu.h"

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "bootstrap/base/file.h"

namespace sm {
namespace {

enum class Version { kV1, kV2 };

// A mounted cgroup hierarchy: the cgroup `root` of it is seen at `mount_point`.
struct Mount {
  Version version;
  std::string root;
  std::string mount_point;
};

// Where this process is in each hierarchy that can limit its CPU time.
struct Membership {
  std::optional<std::string> v1;
  std::optional<std::string> v2;
};

bool HasItem(absl::string_view comma_list, absl::string_view item) {
  for (absl::string_view word : absl::StrSplit(comma_list, ',')) {
    if (word == item) return true;
  }
  return false;
}

// Lines "id:controllers:path"; the unified hierarchy has id 0 and no controllers.
Membership ParseMembership(absl::string_view text) {
  Membership membership;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    std::vector<std::string> fields = absl::StrSplit(line, absl::MaxSplits(':', 2));
    if (fields.size() != 3) continue;
    if (fields[0] == "0" && fields[1].empty()) membership.v2 = fields[2];
    if (HasItem(fields[1], "cpu")) membership.v1 = fields[2];
  }
  return membership;
}

// mountinfo writes space, tab, newline and backslash as three octal digits.
std::string Unescape(absl::string_view text) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    auto digit = [&](size_t offset) { return text[i + offset] - '0'; };
    auto is_octal = [&](size_t offset) {
      return i + offset < text.size() && digit(offset) >= 0 && digit(offset) <= 7;
    };
    if (text[i] == '\\' && is_octal(1) && is_octal(2) && is_octal(3)) {
      result.push_back(static_cast<char>(digit(1) * 64 + digit(2) * 8 + digit(3)));
      i += 3;
    } else {
      result.push_back(text[i]);
    }
  }
  return result;
}

// Lines "id parent device root mount-point options [optional...] - type source super-options".
std::vector<Mount> ParseMounts(absl::string_view text) {
  std::vector<Mount> mounts;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    std::pair<absl::string_view, absl::string_view> halves =
        absl::StrSplit(line, absl::MaxSplits(" - ", 1));
    std::vector<absl::string_view> fields = absl::StrSplit(halves.first, ' ');
    std::vector<absl::string_view> type = absl::StrSplit(halves.second, ' ');
    if (fields.size() < 6 || type.size() < 3) continue;
    bool v2 = type[0] == "cgroup2";
    if (!v2 && !(type[0] == "cgroup" && HasItem(type[2], "cpu"))) continue;
    mounts.push_back({v2 ? Version::kV2 : Version::kV1, Unescape(fields[3]), Unescape(fields[4])});
  }
  return mounts;
}

// The path of the cgroup `path` below `mount_root`, "" for that one itself; absent when the mount
// does not show it (it was made in another cgroup namespace, or shows another branch).
std::optional<std::string> Below(absl::string_view mount_root, absl::string_view path) {
  if (absl::StrContains(mount_root, "/..") || absl::StrContains(path, "/..")) return std::nullopt;
  absl::ConsumeSuffix(&mount_root, "/");
  if (!absl::ConsumePrefix(&path, mount_root)) return std::nullopt;
  if (!path.empty() && path[0] != '/') return std::nullopt;
  absl::ConsumeSuffix(&path, "/");
  return std::string(path);
}

std::optional<std::string> ReadStripped(const std::string& path) {
  absl::StatusOr<std::string> text = ReadFile(path, 4096);
  if (!text.ok()) return std::nullopt;
  return std::string(absl::StripAsciiWhitespace(*text));
}

// "{quota} {period}", or absent when the cgroup has no limit of its own.
std::optional<std::string> ReadLimit(Version version, const std::string& directory) {
  if (version == Version::kV2) return ReadStripped(directory + "/cpu.max");
  std::optional<std::string> quota = ReadStripped(directory + "/cpu.cfs_quota_us");
  std::optional<std::string> period = ReadStripped(directory + "/cpu.cfs_period_us");
  if (!quota || !period) return std::nullopt;
  return absl::StrCat(*quota, " ", *period);
}

// Unlimited ("max" in v2, -1 in v1) and nonsense are both absent.
std::optional<double> ParseLimit(absl::string_view text) {
  std::vector<absl::string_view> fields = absl::StrSplit(text, ' ');
  int64_t quota = 0;
  int64_t period = 100000;  // the kernel's default
  if (!absl::SimpleAtoi(fields[0], &quota) || quota <= 0) return std::nullopt;
  if (fields.size() > 1 && (!absl::SimpleAtoi(fields[1], &period) || period <= 0)) {
    return std::nullopt;
  }
  return static_cast<double>(quota) / static_cast<double>(period);
}

// Walks from the cgroup `below` (a path under the mount point) up to the mount point.
void Tighten(const std::string& root, const Mount& mount, std::string below,
             std::optional<CpuQuota>& tightest) {
  while (true) {
    std::string directory = mount.mount_point + below;
    std::optional<std::string> limit = ReadLimit(mount.version, UnderRoot(root, directory));
    std::optional<double> cpus = limit ? ParseLimit(*limit) : std::nullopt;
    if (cpus && (!tightest || *cpus < tightest->cpus)) {
      const char* file = mount.version == Version::kV2 ? "v2 cpu.max" : "v1 cpu.cfs_quota_us";
      tightest = CpuQuota{*cpus, absl::StrCat("cgroup ", file, " ", *limit, " in ", directory)};
    }
    if (below.empty()) return;
    below.resize(below.rfind('/'));
  }
}

// A mount that shows our cgroup tells the truth about it, so that all such mounts are asked. When
// none does, the first one is taken for a container's view of its own cgroup, which is how runtimes
// without cgroup namespaces set it up.
void TightenAll(const std::string& root, const std::vector<Mount>& mounts, Version version,
                const std::string& path, std::optional<CpuQuota>& tightest) {
  const Mount* fallback = nullptr;
  bool shown = false;
  for (const Mount& mount : mounts) {
    if (mount.version != version) continue;
    if (fallback == nullptr) fallback = &mount;
    if (std::optional<std::string> below = Below(mount.root, path)) {
      shown = true;
      Tighten(root, mount, *std::move(below), tightest);
    }
  }
  if (!shown && fallback != nullptr) Tighten(root, *fallback, "", tightest);
}

}  // namespace

std::optional<CpuQuota> FindCpuQuota(const std::string& root) {
  absl::StatusOr<std::string> cgroup = ReadFile(UnderRoot(root, "/proc/self/cgroup"));
  absl::StatusOr<std::string> mountinfo = ReadFile(UnderRoot(root, "/proc/self/mountinfo"));
  if (!cgroup.ok() || !mountinfo.ok()) return std::nullopt;
  Membership membership = ParseMembership(*cgroup);
  std::vector<Mount> mounts = ParseMounts(*mountinfo);
  std::optional<CpuQuota> tightest;
  if (membership.v2) TightenAll(root, mounts, Version::kV2, *membership.v2, tightest);
  if (membership.v1) TightenAll(root, mounts, Version::kV1, *membership.v1, tightest);
  return tightest;
}

std::string UnderRoot(absl::string_view root, absl::string_view path) {
  return absl::StrCat(absl::StripSuffix(root, "/"), path);
}

}  // namespace sm
