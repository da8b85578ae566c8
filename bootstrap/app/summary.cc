#include "bootstrap/app/summary.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "bootstrap/base/log.h"

namespace sm {
namespace {

// Enough for any cluster that a person reads host by host.
constexpr size_t kHostsShown = 16;
constexpr size_t kFilesShown = 8;
constexpr size_t kCommandBytes = 400;

std::string DescribeMember(const Member& member) {
  int last = member.first_rank + member.local_world_size - 1;
  std::string ranks = member.local_world_size == 1
                          ? absl::StrCat("rank ", member.first_rank)
                          : absl::StrCat("ranks ", member.first_rank, "-", last);
  return absl::StrCat(member.host, " (", member.address, "): ", ranks);
}

std::string ShortSize(uintmax_t bytes) {
  if (bytes < 1024) return absl::StrCat(bytes, " B");
  if (bytes < 1024 * 1024) return absl::StrFormat("%.1f KiB", static_cast<double>(bytes) / 1024);
  return absl::StrFormat("%.1f MiB", static_cast<double>(bytes) / (1024.0 * 1024));
}

// "model.pt (12.1 KiB), …": the regular files right in `directory`, sorted.
std::string ListFiles(const std::string& directory) {
  std::vector<std::string> files;
  std::error_code error;
  for (std::filesystem::directory_iterator it(directory, error), end; !error && it != end;
       it.increment(error)) {
    std::error_code ignored;
    if (!it->is_regular_file(ignored)) continue;
    files.push_back(
        absl::StrCat(it->path().filename().string(), " (", ShortSize(it->file_size(ignored)), ")"));
  }
  std::sort(files.begin(), files.end());
  size_t more = files.size() > kFilesShown ? files.size() - kFilesShown : 0;
  files.resize(files.size() - more);
  if (more > 0) files.push_back(absl::StrCat("and ", more, " more"));
  return absl::StrJoin(files, ", ");
}

}  // namespace

std::string CountOf(size_t count, absl::string_view one, absl::string_view many) {
  return absl::StrCat(count, " ", count == 1 ? one : many);
}

std::string DescribeCommand(const std::vector<std::string>& argv) {
  std::string text;
  for (const std::string& word : argv) {
    if (!text.empty()) text += ' ';
    text.append(word, 0, kCommandBytes);
    if (text.size() > kCommandBytes) {
      text.resize(kCommandBytes);
      return absl::StrCat(text, "... (", argv.size(), " words in all)");
    }
  }
  return text;
}

std::string DescribeWorld(const World& world) {
  return absl::StrCat(CountOf(world.members.size(), "host", "hosts"), ", ",
                      CountOf(static_cast<size_t>(world.world_size), "rank", "ranks"), "; master ",
                      world.master_address, " port ", world.master_port);
}

std::vector<std::string> SummaryLines(const SummaryInput& input) {
  std::vector<std::string> lines;
  lines.push_back(absl::StrCat(
      input.exit_code == 0 ? "success" : absl::StrCat("failure, exit code ", input.exit_code),
      " after ", ShortDuration(input.timeline.Total()), ": ", DescribeWorld(input.world)));
  const std::vector<Member>& members = input.world.members;
  for (size_t i = 0; i < std::min(members.size(), kHostsShown); ++i) {
    lines.push_back(DescribeMember(members[i]));
  }
  if (members.size() > kHostsShown) {
    lines.push_back(CountOf(members.size() - kHostsShown, "more host", "more hosts"));
  }
  lines.push_back(absl::StrCat("times: ", input.timeline.Describe()));
  if (std::string files = ListFiles(input.job.paths.model); !files.empty()) {
    lines.push_back(absl::StrCat("model: ", input.job.paths.model, ": ", files));
  }
  return lines;
}

void LogSummary(const SummaryInput& input) {
  for (const std::string& line : SummaryLines(input)) log::Info(absl::StrCat("summary: ", line));
}

}  // namespace sm
