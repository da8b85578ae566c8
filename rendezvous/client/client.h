// A host's end of the rendezvous: one stream to the leader for the whole job.
#ifndef SM_RENDEZVOUS_CLIENT_CLIENT_H_
#define SM_RENDEZVOUS_CLIENT_CLIENT_H_

#include <functional>
#include <memory>
#include <string>
#include <variant>

#include "bootstrap/base/clock.h"
#include "rendezvous/core/host_list.h"
#include "rendezvous/core/messages.h"

namespace sm::rendezvous {

class Worker;

// The deadline passed before there was a world. `message` names the leader, what was tried and the
// last error, or repeats what the leader said of the missing hosts.
struct JoinTimedOut {
  std::string message;
};
// The stream broke after the leader had sent the world or an EndOrder. (One that breaks before that
// is dialled again.)
struct LeaderLost {
  std::string message;
};

// What the client tells its owner: everything that the leader says, and its own two ends.
using ClientEvent = std::variant<Refusal, Progress, World, BarrierRelease, EndOrder, Verdict,
                                 JoinTimedOut, LeaderLost>;

// Dials the leader, with capped and jittered back-off while its name does not resolve, it refuses
// connections or it has not started, until `Options::deadline`; then attends until the verdict.
//
// Thread-safe. Events are delivered one at a time, in order, on the client's worker thread; the
// last one is a Refusal, a Verdict, a JoinTimedOut or a LeaderLost. The client's own Progress
// events tell why there is no leader yet.
class Client {
 public:
  using EventSink = std::function<void(ClientEvent)>;

  struct Options {
    std::string leader_host;  // name or numeric address to dial; resolved anew at each attempt
    int leader_port = 7776;
    HostList hosts;          // of the distribution, in rank order: the world comes without names
    Hello hello;             // incarnation 0: the client takes a random one
    MonotonicTime deadline;  // for the world to be there
    const Clock* clock = &SystemClock();
    // The thread to live on (worker.h), for many clients in one process; absent: one of its own.
    std::shared_ptr<Worker> worker;
  };

  static std::unique_ptr<Client> Start(Options options, EventSink sink);

  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  // Cuts the stream, if it still stands, and waits until gRPC has let go of it; prompt even while
  // the system's resolver hangs. No event comes after. Must not be called from the event sink.
  virtual ~Client() = default;

  // Sends `message` after those sent before; before the stream stands it waits in a queue. Dropped
  // when the stream has ended. `message` must not be a Hello.
  virtual void Send(HostMessage message) = 0;

 protected:
  Client() = default;
};

}  // namespace sm::rendezvous

#endif  // SM_RENDEZVOUS_CLIENT_CLIENT_H_
