#include "bootstrap/base/clock.h"

#include <time.h>

namespace sm {
namespace {

class MonotonicClock final : public Clock {
 public:
  MonotonicTime Now() const override {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return MonotonicTime::SinceBoot(absl::DurationFromTimespec(now));
  }
};

}  // namespace

const Clock& SystemClock() {
  static const MonotonicClock clock;
  return clock;
}

}  // namespace sm
