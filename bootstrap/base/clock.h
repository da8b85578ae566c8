// Monotonic time, as a type of its own and as a dependency that tests replace.
#ifndef SM_BOOTSTRAP_BASE_CLOCK_H_
#define SM_BOOTSTRAP_BASE_CLOCK_H_

#include "absl/time/time.h"

namespace sm {

// A point on this machine's monotonic clock. Points of different hosts are never compared.
class MonotonicTime {
 public:
  constexpr MonotonicTime() = default;

  static constexpr MonotonicTime SinceBoot(absl::Duration d) { return MonotonicTime(d); }
  // Later than every other point: "no deadline".
  static constexpr MonotonicTime InfiniteFuture() {
    return MonotonicTime(absl::InfiniteDuration());
  }

  constexpr absl::Duration since_boot() const { return since_boot_; }

  friend MonotonicTime operator+(MonotonicTime t, absl::Duration d) {
    return MonotonicTime(t.since_boot_ + d);
  }
  friend absl::Duration operator-(MonotonicTime a, MonotonicTime b) {
    return a.since_boot_ - b.since_boot_;
  }
  friend bool operator==(MonotonicTime a, MonotonicTime b) {
    return a.since_boot_ == b.since_boot_;
  }
  friend bool operator<(MonotonicTime a, MonotonicTime b) { return a.since_boot_ < b.since_boot_; }
  friend bool operator>(MonotonicTime a, MonotonicTime b) { return b < a; }
  friend bool operator<=(MonotonicTime a, MonotonicTime b) { return !(b < a); }
  friend bool operator>=(MonotonicTime a, MonotonicTime b) { return !(a < b); }

 private:
  explicit constexpr MonotonicTime(absl::Duration d) : since_boot_(d) {}

  absl::Duration since_boot_ = absl::ZeroDuration();
};

// Where the present comes from. Implementations are safe from many threads.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual MonotonicTime Now() const = 0;
};

// CLOCK_MONOTONIC. Lives for the whole program.
const Clock& SystemClock();

}  // namespace sm

#endif  // SM_BOOTSTRAP_BASE_CLOCK_H_
