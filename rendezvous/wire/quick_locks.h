// A setting of the Abseil that distributions ship.
#ifndef SM_RENDEZVOUS_WIRE_QUICK_LOCKS_H_
#define SM_RENDEZVOUS_WIRE_QUICK_LOCKS_H_

namespace sm::rendezvous {

// Turns off absl::Mutex's search for deadlocks, which gRPC's locks pay for: Debian builds Abseil
// with assertions, so that it is on by default, and with thousands of connections it takes a third
// of all CPU time. Process-wide, idempotent and thread-safe; called before the first use of gRPC.
void StopDeadlockDetection();

}  // namespace sm::rendezvous

#endif  // SM_RENDEZVOUS_WIRE_QUICK_LOCKS_H_
