// A clock that stands still until a test moves it.
#ifndef SM_TESTS_SUPPORT_FAKE_CLOCK_H_
#define SM_TESTS_SUPPORT_FAKE_CLOCK_H_

#include "bootstrap/base/clock.h"

namespace sm::testing {

class FakeClock final : public Clock {
 public:
  MonotonicTime Now() const override { return now_; }
  void Advance(absl::Duration by) { now_ = now_ + by; }

 private:
  MonotonicTime now_ = MonotonicTime::SinceBoot(absl::Hours(1));
};

}  // namespace sm::testing

#endif  // SM_TESTS_SUPPORT_FAKE_CLOCK_H_
