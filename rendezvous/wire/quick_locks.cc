#include "rendezvous/wire/quick_locks.h"

#include "absl/synchronization/mutex.h"

namespace sm::rendezvous {

void StopDeadlockDetection() {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
}

}  // namespace sm::rendezvous
