#include "bootstrap/host/cuda_visible_devices.h"

#include <cstdint>
#include <optional>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace sm {
namespace {

// The number that `entry` starts with; absent when it starts with none or a negative one.
std::optional<int64_t> LeadingIndex(absl::string_view entry) {
  entry = absl::StripLeadingAsciiWhitespace(entry);
  absl::ConsumePrefix(&entry, "+");
  size_t digits = 0;
  while (digits < entry.size() && absl::ascii_isdigit(entry[digits])) ++digits;
  int64_t index = 0;
  if (!absl::SimpleAtoi(entry.substr(0, digits), &index)) return std::nullopt;
  return index;
}

// "MIG-GPU-<uuid>/<gpu instance>/<compute instance>", which drivers before 470 used for names.
bool NamesMigOfGpu(absl::string_view entry, const Gpu& gpu) {
  if (gpu.mig_uuids.empty() || !absl::ConsumePrefix(&entry, "MIG-")) return false;
  std::vector<absl::string_view> parts = absl::StrSplit(entry, '/');
  return parts.size() == 3 && parts[0] == gpu.uuid;
}

// The one device whose UUID starts with `entry`; empty when there is none or more than one.
std::string MatchUuid(absl::string_view entry, VisibleDevicesForm form,
                      const std::vector<Gpu>& gpus) {
  std::string match;
  auto consider = [&](const std::string& uuid, int& matches) {
    if (!absl::StartsWith(uuid, entry)) return;
    match = uuid;
    ++matches;
  };
  int matches = 0;
  for (const Gpu& gpu : gpus) {
    if (form == VisibleDevicesForm::kGpuUuids) {
      consider(gpu.uuid, matches);
      continue;
    }
    int before = matches;
    for (const std::string& uuid : gpu.mig_uuids) consider(uuid, matches);
    if (matches == before && NamesMigOfGpu(entry, gpu)) consider(std::string(entry), matches);
  }
  return matches == 1 ? match : "";
}

}  // namespace

VisibleDevicesForm FormOfVisibleDevices(absl::string_view list) {
  list = absl::StripLeadingAsciiWhitespace(list);
  if (absl::StartsWith(list, "GPU-")) return VisibleDevicesForm::kGpuUuids;
  if (absl::StartsWith(list, "MIG-")) return VisibleDevicesForm::kMigUuids;
  return LeadingIndex(list) ? VisibleDevicesForm::kIndices : VisibleDevicesForm::kNone;
}

int CountVisibleIndices(absl::string_view list, int gpu_count) {
  std::set<int64_t> seen;
  for (absl::string_view entry : absl::StrSplit(list, ',')) {
    std::optional<int64_t> index = LeadingIndex(entry);
    if (!index || *index >= gpu_count) break;
    if (!seen.insert(*index).second) return 0;
  }
  return static_cast<int>(seen.size());
}

int CountVisibleUuids(absl::string_view list, const std::vector<Gpu>& gpus) {
  VisibleDevicesForm form = FormOfVisibleDevices(list);
  std::set<std::string> seen;
  for (absl::string_view entry : absl::StrSplit(list, ',')) {
    entry = absl::StripAsciiWhitespace(entry);
    if (FormOfVisibleDevices(entry) != form) break;
    std::string uuid = MatchUuid(entry, form, gpus);
    if (uuid.empty()) break;
    if (!seen.insert(uuid).second) return 0;
  }
  int count = static_cast<int>(seen.size());
  return form == VisibleDevicesForm::kMigUuids && count > 1 ? 1 : count;
}

}  // namespace sm
