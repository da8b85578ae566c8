// How a session comes to its peers: the interface, the ports, and who dials whom.
#include <utility>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "bootstrap/app/exit_code.h"
#include "bootstrap/app/session.h"
#include "bootstrap/app/version.h"
#include "bootstrap/base/log.h"
#include "bootstrap/base/port.h"
#include "bootstrap/base/resolve.h"
#include "bootstrap/base/status_macros.h"
#include "bootstrap/host/interface_choice.h"
#include "bootstrap/host/route.h"

namespace sm {
namespace {

using rendezvous::ClientEvent;
using rendezvous::Hello;
using rendezvous::MakeAgreement;

// Between two attempts to resolve the leader's name.
constexpr absl::Duration kResolveInterval = absl::Seconds(1);

std::optional<int> Known(const DeviceCount& count) {
  return count.ok() ? std::optional<int>(*count) : std::nullopt;
}

Hello MakeHello(const Setup& setup, const std::string& address) {
  absl::BitGen random;
  const std::optional<int>& per_host = setup.options.processes_per_host;
  return {
      .host = setup.host(),
      .version = kVersion,
      .incarnation = absl::Uniform<uint64_t>(random),
      .address = address,
      .local_world_size = setup.local_world_size,
      .cpus = setup.facts.cpus.usable,
      .gpus = Known(setup.facts.gpus),
      .neuron_cores = Known(setup.facts.neuron_cores),
      .agreements = {
          MakeAgreement("hosts", absl::StrJoin(setup.hosts, ",")),
          MakeAgreement("launcher", std::string(LauncherName(setup.launcher->kind()))),
          // The verdict waits for one grace; a host with a longer one would be cut off.
          MakeAgreement("grace", absl::FormatDuration(setup.options.grace)),
          MakeAgreement("nproc-per-host", per_host.has_value() ? absl::StrCat(*per_host) : "auto"),
      }};
}

absl::StatusOr<PortReservation> ReserveMasterPort(const std::string& address,
                                                  const RunOptions& options) {
  absl::StatusOr<PortReservation> port = ReservePort(address, options.master_port);
  if (port.ok()) return port;
  return absl::Status(port.status().code(),
                      absl::StrCat("--master-port: ", port.status().message()));
}

// What to dial.
const std::string& LeaderName(const Setup& setup) {
  const std::string& asked = setup.options.leader_address;
  return asked.empty() ? setup.hosts.front() : asked;
}

// Only the route to the leader can say which interface is meant.
bool NeedsRoute(const Setup& setup) {
  if (setup.job.resources.network_interface_name.has_value()) return false;
  return !ChooseInterface(setup.facts.interfaces, std::nullopt, "").ok();
}

// Such an IPv6 address means something only together with its interface.
bool IsLinkLocal(const ChosenInterface& chosen, const HostFacts& facts) {
  for (const Interface& interface : facts.interfaces) {
    if (interface.name != chosen.name) continue;
    for (const InterfaceAddress& address : interface.addresses) {
      if (address.address == chosen.address) return address.is_ipv6 && address.is_link_local;
    }
  }
  return false;
}

}  // namespace

void Session::Join() {
  if (setup_.is_alone()) {
    AttendAlone();
  } else if (NeedsRoute(setup_)) {
    ResolveLeader();
  } else {
    JoinOn("");
  }
}

void Session::ResolveLeader() {
  if (finished_) return;
  if (!timeline_.Entered(Phase::kJoin)) {
    timeline_.Enter(Phase::kJoin,
                    absl::StrCat("no interface is configured and eth0 cannot be used; the route to "
                                 "the leader ",
                                 LeaderName(setup_), " decides"));
    loop_.At(join_deadline_, [this] { GiveUpResolving(); });
  }
  // The loop may be gone when the resolver answers, and we with it; the poster knows.
  auto answer = [this, post = loop_.Poster()](auto addresses) {
    post([this, addresses = std::move(addresses)] { OnLeaderResolved(addresses); });
  };
  Resolve(LeaderName(setup_), std::move(answer));
}

void Session::OnLeaderResolved(const absl::StatusOr<std::vector<std::string>>& addresses) {
  if (finished_) return;
  absl::StatusOr<std::string> routed =
      addresses.ok() ? InterfaceTowards(addresses->front(), setup_.facts.interfaces)
                     : absl::StatusOr<std::string>(addresses.status());
  if (routed.ok()) return JoinOn(*routed);
  if (std::string error(routed.status().message()); error != resolve_error_) {
    log::Info(
        absl::StrCat("join: waiting for a route to the leader ", LeaderName(setup_), ": ", error));
    resolve_error_ = error;
  }
  loop_.After(kResolveInterval, [this] { ResolveLeader(); });
}

void Session::GiveUpResolving() {
  if (finished_ || peers_ != nullptr) return;
  log::Error(
      absl::StrCat("join: no route to the leader ", LeaderName(setup_), " within ",
                   absl::FormatDuration(setup_.options.rendezvous_timeout), ": ",
                   resolve_error_.empty() ? "the resolver does not answer" : resolve_error_,
                   "; interfaces of this host: ", DescribeInterfaces(setup_.facts.interfaces)));
  Finish(kExitRendezvousTimeout);
}

void Session::JoinOn(const std::string& routed_interface) {
  absl::StatusOr<ChosenInterface> chosen = ChooseInterface(
      setup_.facts.interfaces, setup_.job.resources.network_interface_name, routed_interface);
  absl::Status joined = chosen.ok() ? Attend(*chosen) : chosen.status();
  if (joined.ok()) return Prepare();
  log::Error(absl::StrCat("join: ", joined.message()));
  Finish(kExitUsage);
}

absl::Status Session::Attend(const ChosenInterface& chosen) {
  const RunOptions& options = setup_.options;
  const std::string scope = IsLinkLocal(chosen, setup_.facts) ? absl::StrCat("%", chosen.name) : "";
  interface_ = chosen.name;
  if (setup_.is_leader()) {
    SM_ASSIGN_OR_RETURN(master_port_, ReserveMasterPort(chosen.address + scope, options));
  }
  const std::string what =
      absl::StrCat(setup_.is_leader() ? "leading" : absl::StrCat("attending ", LeaderName(setup_)),
                   ", port ", options.rendezvous_port, ", on ", chosen.name, " (", chosen.address,
                   "; ", chosen.reason, ")");
  if (timeline_.Entered(Phase::kJoin)) log::Info(absl::StrCat("join: ", what));
  timeline_.Enter(Phase::kJoin, what);
  SM_ASSIGN_OR_RETURN(
      peers_, ConnectPeers(loop_,
                           {.hosts = setup_.hosts,
                            .is_leader = setup_.is_leader(),
                            .address = chosen.address,
                            .scope = scope,
                            .leader_address = LeaderName(setup_),
                            .port = options.rendezvous_port,
                            .deadline = join_deadline_,
                            .settle_timeout = options.grace + kSettleMargin,
                            .master_port = master_port_.has_value() ? master_port_->port : 0,
                            .master_address = chosen.address,
                            .hello = MakeHello(setup_, chosen.address)},
                           [this](const ClientEvent& event) { OnEvent(event); }));
  return absl::OkStatus();
}

void Session::AttendAlone() {
  constexpr char kLoopback[] = "127.0.0.1";
  timeline_.Enter(Phase::kJoin, "a single host; no network");
  // A single host may have any network or none; it is named to the ranks when it is there.
  auto chosen =
      ChooseInterface(setup_.facts.interfaces, setup_.job.resources.network_interface_name, "");
  if (chosen.ok()) interface_ = chosen->name;
  absl::StatusOr<PortReservation> port = ReserveMasterPort(kLoopback, setup_.options);
  if (!port.ok()) {
    log::Error(absl::StrCat("join: ", port.status().message()));
    Finish(kExitUsage);
    return;
  }
  master_port_ = *std::move(port);
  absl::BitGen random;
  World world{.members = {{.host = setup_.host(),
                           .host_rank = 0,
                           .address = kLoopback,
                           .local_world_size = setup_.local_world_size,
                           .first_rank = 0}},
              .world_size = setup_.local_world_size,
              .master_address = kLoopback,
              .master_port = master_port_->port,
              .run_id = absl::Uniform<uint64_t>(random)};
  peers_ =
      MakeLonePeers(loop_, std::move(world), [this](const ClientEvent& event) { OnEvent(event); });
  Prepare();
}

}  // namespace sm
