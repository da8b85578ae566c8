// The phases of a run: each with one entry in the log, and together the times of the summary.
#ifndef SM_BOOTSTRAP_APP_TIMELINE_H_
#define SM_BOOTSTRAP_APP_TIMELINE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "bootstrap/base/clock.h"

namespace sm {

enum class Phase { kConfigure, kJoin, kPrepare, kReady, kLaunch, kWatch, kSettle, kReport };

// "configure", "join", ….
absl::string_view PhaseName(Phase phase);

// When each phase began. Not thread-safe.
class Timeline {
 public:
  explicit Timeline(const Clock& clock) : clock_(clock) {}

  // Ends the phase before and logs "<phase>: <what>", as an error when the phase begins with one. A
  // phase that is entered again is ignored.
  void Enter(Phase phase, absl::string_view what, bool is_error = false);

  bool Entered(Phase phase) const;
  // From the first phase until now.
  absl::Duration Total() const;
  // "configure 3ms, join 12ms, …, watch 6.1s": every phase that has begun.
  std::string Describe() const;

 private:
  struct Entry {
    Phase phase;
    MonotonicTime begin;
  };

  const Clock& clock_;
  std::vector<Entry> entries_;
};

// Three significant figures in the unit that fits: "3.42ms", "12.1s", "1h5m".
std::string ShortDuration(absl::Duration duration);

}  // namespace sm

#endif  // SM_BOOTSTRAP_APP_TIMELINE_H_
