#include "rendezvous/client/backoff.h"

#include <algorithm>

#include "absl/random/uniform_real_distribution.h"

namespace sm::rendezvous {

absl::Duration Backoff::Next(absl::BitGenRef random) {
  absl::Duration pause = step_ * absl::uniform_real_distribution<double>(0.5, 1.0)(random);
  step_ = std::min(step_ * 2, kLongest);
  return pause;
}

}  // namespace sm::rendezvous
