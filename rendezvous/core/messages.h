// What hosts and leader say to each other, as values without a wire format.
#ifndef SM_RENDEZVOUS_CORE_MESSAGES_H_
#define SM_RENDEZVOUS_CORE_MESSAGES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "rendezvous/core/verdict.h"
#include "rendezvous/core/world.h"

namespace sm::rendezvous {

// Raised when hosts of different builds can no longer understand each other.
inline constexpr int kProtocolVersion = 1;

// Something that must be the same on every host. Compared by fingerprint, so that a list of 4,096
// hosts costs eight bytes a host; `display` is what an error shows, bounded in length.
struct Agreement {
  std::string field;
  uint64_t fingerprint = 0;
  std::string display;
  bool operator==(const Agreement&) const = default;
};

// Fingerprints `value` and keeps a display of at most 200 bytes of it.
Agreement MakeAgreement(std::string field, const std::string& value);

// A host introduces itself; the first message of its stream.
struct Hello {
  std::string host;
  int protocol = kProtocolVersion;
  std::string version;       // of the program, for people
  uint64_t incarnation = 0;  // random, new at each start: tells a restart from a retry
  std::string address;       // numeric, of the job's interface
  int local_world_size = 1;
  int cpus = 0;
  std::optional<int> gpus;          // absent: the query failed
  std::optional<int> neuron_cores;  // absent: the query failed
  std::vector<Agreement> agreements;
};

// How a host ended, once all of its processes are gone.
struct HostOutcome {
  int succeeded_ranks = 0;
  int failed_ranks = 0;
};

// From a host to the leader, after Hello. A Cause is a failure that the host has seen or a request
// to stop; its `host` field is overwritten by the leader with the sender's name.
struct BarrierArrival {
  std::string barrier;
};
using HostMessage = std::variant<Hello, BarrierArrival, Cause, HostOutcome>;

// From the leader to a host.
struct Refusal {
  enum class Reason { kUnknownHost, kDuplicateHost, kVersion, kDisagreement, kTimeout, kMalformed };
  Reason reason = Reason::kMalformed;
  std::string message;
};
// Who is there and who is not, for the log; sent when it changes, at a bounded rate.
struct Progress {
  std::string message;
};
struct BarrierRelease {
  std::string barrier;
};
// End your processes: this is why.
struct EndOrder {
  Cause cause;
};
// The last message of a stream.
using LeaderMessage = std::variant<Refusal, Progress, World, BarrierRelease, EndOrder, Verdict>;

}  // namespace sm::rendezvous

#endif  // SM_RENDEZVOUS_CORE_MESSAGES_H_
