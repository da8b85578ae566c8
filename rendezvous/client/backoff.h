// How long to wait before the next attempt.
#ifndef SM_RENDEZVOUS_CLIENT_BACKOFF_H_
#define SM_RENDEZVOUS_CLIENT_BACKOFF_H_

#include "absl/random/bit_gen_ref.h"
#include "absl/time/time.h"

namespace sm::rendezvous {

// Doubles from 10 ms to 2 s; of each step between half and all is taken, so that hosts that start
// together do not come back together.
class Backoff {
 public:
  absl::Duration Next(absl::BitGenRef random);
  void Reset() { step_ = kFirst; }

 private:
  static constexpr absl::Duration kFirst = absl::Milliseconds(10);
  static constexpr absl::Duration kLongest = absl::Seconds(2);

  absl::Duration step_ = kFirst;
};

}  // namespace sm::rendezvous

#endif  // SM_RENDEZVOUS_CLIENT_BACKOFF_H_
