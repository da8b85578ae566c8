// How this host meets the others of its job, whether there are any or not.
#ifndef SM_BOOTSTRAP_APP_PEERS_H_
#define SM_BOOTSTRAP_APP_PEERS_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "bootstrap/base/clock.h"
#include "bootstrap/base/event_loop.h"
#include "rendezvous/client/client.h"
#include "rendezvous/core/messages.h"

namespace sm {

// The job as seen from this host. Events arrive on the event loop; the last one is a Refusal, a
// Verdict, a JoinTimedOut or a LeaderLost. Lives on the loop's thread.
class Peers {
 public:
  using EventHandler = std::function<void(rendezvous::ClientEvent)>;

  virtual ~Peers() = default;
  // Tells the leader. See rendezvous::Client::Send.
  virtual void Send(rendezvous::HostMessage message) = 0;
  // Gives the other hosts a bounded time to receive what the leader has told them; returns at once
  // on every other host.
  virtual void LetOthersLeave() {}
};

struct PeersOptions {
  std::vector<std::string> hosts;  // of the distribution, in rank order
  bool is_leader = false;
  std::string address;         // numeric, ours on the job's interface
  std::string scope;           // "%eth0" when `address` is link-local IPv6, else empty
  std::string leader_address;  // what to dial
  int port = 0;
  MonotonicTime deadline;  // for the world to be there
  absl::Duration settle_timeout;
  int master_port = 0;         // of the world; only the leader's counts
  std::string master_address;  // of the world; only the leader's counts
  rendezvous::Hello hello;
};

// Serves (on the leader) and attends (everywhere). FailedPrecondition when the leader cannot
// listen.
absl::StatusOr<std::unique_ptr<Peers>> ConnectPeers(EventLoop& loop, PeersOptions options,
                                                    Peers::EventHandler handler);

// A job of one host: the same events in the same order, without a network.
std::unique_ptr<Peers> MakeLonePeers(EventLoop& loop, World world, Peers::EventHandler handler);

}  // namespace sm

#endif  // SM_BOOTSTRAP_APP_PEERS_H_
