#include "bootstrap/app/timeline.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "bootstrap/base/log.h"

namespace sm {

absl::string_view PhaseName(Phase phase) {
  switch (phase) {
    case Phase::kConfigure:
      return "configure";
    case Phase::kJoin:
      return "join";
    case Phase::kPrepare:
      return "prepare";
    case Phase::kReady:
      return "ready";
    case Phase::kLaunch:
      return "launch";
    case Phase::kWatch:
      return "watch";
    case Phase::kSettle:
      return "settle";
    case Phase::kReport:
      return "report";
  }
  return "unknown";
}

void Timeline::Enter(Phase phase, absl::string_view what, bool is_error) {
  if (Entered(phase)) return;
  entries_.push_back({phase, clock_.Now()});
  std::string line = absl::StrCat(PhaseName(phase), ": ", what);
  is_error ? log::Error(line) : log::Info(line);
}

bool Timeline::Entered(Phase phase) const {
  return std::any_of(entries_.begin(), entries_.end(),
                     [phase](const Entry& entry) { return entry.phase == phase; });
}

absl::Duration Timeline::Total() const {
  return entries_.empty() ? absl::ZeroDuration() : clock_.Now() - entries_.front().begin;
}

std::string Timeline::Describe() const {
  std::vector<std::string> parts;
  for (size_t i = 0; i < entries_.size(); ++i) {
    MonotonicTime end = i + 1 < entries_.size() ? entries_[i + 1].begin : clock_.Now();
    parts.push_back(
        absl::StrCat(PhaseName(entries_[i].phase), " ", ShortDuration(end - entries_[i].begin)));
  }
  return absl::StrJoin(parts, ", ");
}

std::string ShortDuration(absl::Duration duration) {
  double seconds = absl::ToDoubleSeconds(duration);
  if (seconds < 1e-3) return absl::StrFormat("%.3gus", seconds * 1e6);
  if (seconds < 1) return absl::StrFormat("%.3gms", seconds * 1e3);
  if (seconds < 100) return absl::StrFormat("%.3gs", seconds);
  return absl::FormatDuration(absl::Trunc(duration, absl::Seconds(1)));
}

}  // namespace sm
