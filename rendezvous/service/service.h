// The leader's end of the rendezvous: the one listening port of a job.
#ifndef SM_RENDEZVOUS_SERVICE_SERVICE_H_
#define SM_RENDEZVOUS_SERVICE_SERVICE_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "bootstrap/base/clock.h"
#include "rendezvous/core/messages.h"

namespace sm::rendezvous {

// Serves hosts that attend, asks the core what to do, and sends what it decides. Thread-safe.
class Service {
 public:
  struct Options {
    std::string bind_address;        // numeric, IPv4 or IPv6 (with %scope when link-local)
    int port = 7776;                 // 0: any free one
    std::vector<std::string> hosts;  // of the distribution, in rank order; ours is the first
    MonotonicTime deadline;          // for the world to be complete
    absl::Duration settle_timeout = absl::Seconds(60);  // from the first EndOrder to the verdict
    std::string master_address;                         // of the world
    int master_port = 0;
    uint64_t run_id = 0;
    const Clock* clock = &SystemClock();
  };

  // Binds and serves. FailedPrecondition when the address and port cannot be bound, with the
  // reason.
  static absl::StatusOr<std::unique_ptr<Service>> Start(Options options);

  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;
  // Cuts every stream that still stands and waits for the service's threads.
  virtual ~Service() = default;

  // The port that is served.
  virtual int port() const = 0;

  // Waits until every stream has ended (each host has its last message), at most until `deadline`.
  virtual void Drain(MonotonicTime deadline) = 0;

 protected:
  Service() = default;
};

}  // namespace sm::rendezvous

#endif  // SM_RENDEZVOUS_SERVICE_SERVICE_H_
