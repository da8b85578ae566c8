// Who is let in, and who leaves again.
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "rendezvous/core/coordinator.h"
#include "rendezvous/core/hello_check.h"
#include "rendezvous/core/text.h"

namespace sm::rendezvous {
namespace {

constexpr int64_t kMaxWorldSize = std::numeric_limits<int>::max();

std::string Claimant(const std::string& peer, uint64_t incarnation) {
  return absl::StrFormat("%s (incarnation %016x)", peer, incarnation);
}

}  // namespace

// --- Joining ------------------------------------------------------------------------------------

void Coordinator::OnHello(AttendeeId attendee, const Hello& hello) {
  std::optional<int> rank = roster_.Find(hello.host);
  if (auto objection = FindObjection(hello, rank)) return Refuse(attendee, *objection, rank);
  if (final_) {
    attendees_.erase(attendee);
    return Send({attendee}, *final_, /*last=*/true);
  }
  if (auto rival = FindRival(*rank, attendees_[attendee].peer, hello)) {
    return Refuse(attendee, *rival, rank);
  }
  Admit(attendee, *rank, hello);
  CatchUp(attendee, *rank);
  MakeWorldIfComplete();
}

std::optional<Refusal> Coordinator::FindObjection(const Hello& hello,
                                                  std::optional<int> rank) const {
  using Reason = Refusal::Reason;
  // The protocol comes first: what another one means by its fields is not ours to judge.
  if (auto mismatch = FindProtocolMismatch(hello, leader_version_)) {
    return Refusal{Reason::kVersion, *mismatch};
  }
  if (auto malformed = FindMalformed(hello)) return Refusal{Reason::kMalformed, *malformed};
  if (!rank) {
    return Refusal{
        Reason::kUnknownHost,
        absl::StrCat("\"", hello.host, "\" is not one of the ", Count(roster_.size(), "host"),
                     " of this job: ", roster_.ListHosts(kMaxNamedHosts))};
  }
  if (roster_.ranks() + hello.local_world_size > kMaxWorldSize) {
    return Refusal{Reason::kMalformed, "the world would have more than 2^31 - 1 ranks"};
  }
  if (reference_) {
    if (auto disagreement = FindDisagreement(hello, roster_.host(0), *reference_)) {
      return Refusal{Reason::kDisagreement, *disagreement};
    }
  }
  return std::nullopt;
}

// The same incarnation on a second stream is no rival: it is the same process, whose first stream
// broke without our knowing yet.
std::optional<Refusal> Coordinator::FindRival(int rank, const std::string& peer,
                                              const Hello& hello) const {
  const auto& seat = roster_.seat(rank);
  if (seat.outcome) {
    return Refusal{Refusal::Reason::kDuplicateHost,
                   absl::StrCat(hello.host, " has already ended its part of this job")};
  }
  if (!seat.attendee || seat.incarnation == hello.incarnation) return std::nullopt;
  return Refusal{Refusal::Reason::kDuplicateHost,
                 absl::StrCat("two processes claim to be ", hello.host, ": ",
                              Claimant(seat.peer, seat.incarnation), " came first and stays, ",
                              Claimant(peer, hello.incarnation), " is refused")};
}

void Coordinator::Admit(AttendeeId attendee, int rank, const Hello& hello) {
  if (std::optional<AttendeeId> old = roster_.seat(rank).attendee) {
    attendees_.erase(*old);
    Send({*old}, Refusal{Refusal::Reason::kDuplicateHost, "the same process has connected again"},
         /*last=*/true);
  }
  Attendee& entry = attendees_[attendee];
  entry.rank = rank;
  roster_.Take(rank, attendee, entry.peer, hello);
  Explain(Note::Weight::kDetail, absl::StrCat(hello.host, " joined from ", entry.peer, " with ",
                                              Count(hello.local_world_size, "rank")));
  if (reference_) {
    roster_.ForgetAgreements(rank);
  } else if (rank == 0) {
    leader_version_ = hello.version;
    reference_ = hello.agreements;
    CompareWithLeader();
  }
}

// The leader's own host may come after others: only now can they be judged.
void Coordinator::CompareWithLeader() {
  for (int rank = 0; rank < roster_.size(); ++rank) {
    const auto& seat = roster_.seat(rank);
    if (!seat.attendee) continue;
    Hello hello;
    hello.host = roster_.host(rank);
    hello.agreements = seat.agreements;
    roster_.ForgetAgreements(rank);
    if (auto disagreement = FindDisagreement(hello, roster_.host(0), *reference_)) {
      Refuse(*seat.attendee, {Refusal::Reason::kDisagreement, *disagreement}, rank);
    }
  }
}

// Tells a newcomer what the others know already.
void Coordinator::CatchUp(AttendeeId attendee, int rank) {
  if (world_ && !roster_.seat(rank).lost) Send({attendee}, *world_);
  if (cause_) Send({attendee}, EndOrder{*cause_});
  if (!gathering()) return;
  progress_.Start(now_);
  progress_.MarkChanged();
}

void Coordinator::MakeWorldIfComplete() {
  if (!gathering() || roster_.attending() < roster_.size()) return;
  World world;
  world.members = roster_.MakeMembers();
  world.world_size = static_cast<int>(roster_.ranks());
  world.master_address =
      options_.master_address.empty() ? world.members[0].address : options_.master_address;
  world.master_port = options_.master_port;
  world.run_id = options_.run_id;
  world_ = std::move(world);
  progress_.Stop();
  Explain(Note::Weight::kNormal,
          absl::StrCat(roster_.size(), "/", Count(roster_.size(), "host"), " joined after ",
                       HumanDuration(now_ - started_), ", ", Count(world_->world_size, "rank")));
  Send(roster_.Attendees(), *world_);
  OpenBarriers();
}

// --- Leaving ------------------------------------------------------------------------------------

void Coordinator::Refuse(AttendeeId attendee, Refusal refusal, std::optional<int> rank) {
  refusal.message = Bounded(refusal.message, kMaxMessageBytes);
  auto it = attendees_.find(attendee);
  Explain(Note::Weight::kWarning,
          absl::StrCat("refused an attendee from ", it->second.peer, ": ", refusal.message));
  bool seated = it->second.rank.has_value();
  attendees_.erase(it);
  // What befalls a rival says nothing about the host that attends.
  if (rank && (seated || !roster_.seat(*rank).attendee)) {
    roster_.SetRefusal(*rank, refusal.message);
  }
  Send({attendee}, std::move(refusal), /*last=*/true);
  if (seated) Vacate(*rank);
}

// The stream of a seated host is gone.
void Coordinator::Vacate(int rank) {
  const auto& seat = roster_.seat(rank);
  bool ended = seat.outcome.has_value();
  roster_.Vacate(rank, now_);
  if (ended || final_) return;
  if (gathering()) {
    Explain(Note::Weight::kNormal, absl::StrCat(roster_.host(rank), " (", seat.peer,
                                                ") left before the world was complete"));
    LeaveBarriers(rank);
    progress_.MarkChanged();
    return;
  }
  std::string detail = seat.refusal.empty() ? absl::StrCat("its connection from ", seat.peer,
                                                           " ended before it told its outcome")
                                            : seat.refusal;
  roster_.MarkLost(rank);
  RaiseCause({roster_.host(rank), HostLost{}, std::move(detail)});
  SettleIfAllEnded();
}

void Coordinator::LeaveBarriers(int rank) {
  for (auto& [name, barrier] : barriers_) {
    if (!barrier.arrived[rank]) continue;
    barrier.arrived[rank] = false;
    --barrier.count;
  }
}

}  // namespace sm::rendezvous
