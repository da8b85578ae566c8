#include "bootstrap/app/peers.h"

#include <utility>

#include "absl/random/random.h"
#include "bootstrap/base/overloaded.h"
#include "bootstrap/base/status_macros.h"
#include "rendezvous/service/service.h"

namespace sm {
namespace {

using rendezvous::BarrierArrival;
using rendezvous::BarrierRelease;
using rendezvous::Client;
using rendezvous::ClientEvent;
using rendezvous::EndOrder;
using rendezvous::Hello;
using rendezvous::HostMessage;
using rendezvous::HostOutcome;
using rendezvous::Service;

// How long the leader stays for hosts that have not fetched the verdict.
constexpr absl::Duration kLeavePatience = absl::Seconds(5);

// Calls a handler on the loop until its owner is gone: posts that arrive later find it expired.
class LoopHandler {
 public:
  LoopHandler(EventLoop& loop, Peers::EventHandler handler)
      : loop_(loop), handler_(std::make_shared<Peers::EventHandler>(std::move(handler))) {}

  // Thread-safe, as EventLoop::Post is; may outlive this object.
  std::function<void(ClientEvent)> Sink() const {
    return [&loop = loop_, weak = std::weak_ptr(handler_)](ClientEvent event) {
      loop.Post([weak, event = std::move(event)] {
        if (auto handler = weak.lock()) (*handler)(event);
      });
    };
  }

 private:
  EventLoop& loop_;
  std::shared_ptr<Peers::EventHandler> handler_;
};

class NetworkPeers final : public Peers {
 public:
  NetworkPeers(EventLoop& loop, EventHandler handler) : handler_(loop, std::move(handler)) {}

  absl::Status Connect(PeersOptions options) {
    if (options.is_leader) SM_RETURN_IF_ERROR(Serve(options));
    client_ = Client::Start({.leader_host = std::move(options.leader_address),
                             .leader_port = options.port,
                             .hosts = std::move(options.hosts),
                             .hello = std::move(options.hello),
                             .deadline = options.deadline},
                            handler_.Sink());
    return absl::OkStatus();
  }

  void Send(HostMessage message) override { client_->Send(std::move(message)); }

  void LetOthersLeave() override {
    if (service_ != nullptr) service_->Drain(SystemClock().Now() + kLeavePatience);
  }

 private:
  absl::Status Serve(PeersOptions& options) {
    absl::BitGen random;
    SM_ASSIGN_OR_RETURN(service_, Service::Start({.bind_address = options.address + options.scope,
                                                  .port = options.port,
                                                  .hosts = options.hosts,
                                                  .deadline = options.deadline,
                                                  .settle_timeout = options.settle_timeout,
                                                  .master_address = options.master_address,
                                                  .master_port = options.master_port,
                                                  .run_id = absl::Uniform<uint64_t>(random)}));
    // The leader attends like everybody else, but needs no name service to find itself.
    options.leader_address = options.address + options.scope;
    options.port = service_->port();
    return absl::OkStatus();
  }

  LoopHandler handler_;
  std::unique_ptr<Service> service_;
  std::unique_ptr<Client> client_;  // destroyed first: it attends the service
};

class LonePeers final : public Peers {
 public:
  LonePeers(EventLoop& loop, World world, EventHandler handler)
      : handler_(loop, std::move(handler)), host_(world.members.front().host) {
    emit_ = handler_.Sink();
    emit_(std::move(world));
  }

  void Send(HostMessage message) override {
    std::visit(Overloaded{
                   [](const Hello&) {},
                   [&](const BarrierArrival& arrival) { emit_(BarrierRelease{arrival.barrier}); },
                   [&](const Cause& cause) { End(cause); },
                   [&](const HostOutcome&) { emit_(verdict_); },
               },
               message);
  }

 private:
  void End(const Cause& cause) {
    if (verdict_.cause.has_value()) return;
    verdict_.cause = cause;
    verdict_.cause->host = host_;
    emit_(EndOrder{*verdict_.cause});
  }

  LoopHandler handler_;
  std::string host_;
  std::function<void(ClientEvent)> emit_;
  Verdict verdict_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Peers>> ConnectPeers(EventLoop& loop, PeersOptions options,
                                                    Peers::EventHandler handler) {
  auto peers = std::make_unique<NetworkPeers>(loop, std::move(handler));
  SM_RETURN_IF_ERROR(peers->Connect(std::move(options)));
  return peers;
}

std::unique_ptr<Peers> MakeLonePeers(EventLoop& loop, World world, Peers::EventHandler handler) {
  return std::make_unique<LonePeers>(loop, std::move(world), std::move(handler));
}

}  // namespace sm
