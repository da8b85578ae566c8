#include "rendezvous/core/coordinator.h"

#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "rendezvous/core/hello_check.h"
#include "rendezvous/core/text.h"

namespace sm::rendezvous {
namespace {

constexpr int kNamedInProgress = 5;
constexpr int kNamedInErrors = 20;
constexpr size_t kMaxBarriers = 64;
constexpr size_t kMaxBarrierNameBytes = 128;
constexpr int64_t kMaxWorldSize = std::numeric_limits<int>::max();

std::string Claimant(const std::string& peer, uint64_t incarnation) {
  return absl::StrFormat("%s (incarnation %016x)", peer, incarnation);
}

}  // namespace

Coordinator::Coordinator(Options options, MonotonicTime now)
    : options_(std::move(options)), started_(now), roster_(options_.hosts), now_(now) {}

Decision Coordinator::Handle(Event event, MonotonicTime now) {
  RunDue(now);
  std::visit([this](auto& e) { On(e); }, event);
  return FinishTurn();
}

Decision Coordinator::Tick(MonotonicTime now) {
  RunDue(now);
  return FinishTurn();
}

void Coordinator::Send(std::vector<AttendeeId> to, LeaderMessage message, bool last) {
  if (!to.empty()) turn_.outgoing.push_back({std::move(to), std::move(message), last});
}

void Coordinator::Explain(Note::Weight weight, std::string text) {
  turn_.notes.push_back({weight, Bounded(text, kMaxMessageBytes)});
}

// --- Events -------------------------------------------------------------------------------------

void Coordinator::On(Opened& opened) {
  attendees_[opened.attendee] = {std::move(opened.peer), std::nullopt};
  hello_deadlines_.emplace_back(now_ + options_.hello_timeout, opened.attendee);
}

void Coordinator::On(Said& said) {
  auto it = attendees_.find(said.attendee);
  if (it == attendees_.end()) return;  // it has been told its last message
  std::optional<int> rank = it->second.rank;
  bool is_hello = std::holds_alternative<Hello>(said.message);
  if (is_hello == rank.has_value()) {
    return Refuse(said.attendee,
                  {Refusal::Reason::kMalformed,
                   is_hello ? "it introduced itself twice" : "its first message is not a hello"},
                  rank);
  }
  if (is_hello) return OnHello(said.attendee, std::get<Hello>(said.message));
  if (auto* arrival = std::get_if<BarrierArrival>(&said.message)) On(*rank, *arrival);
  if (auto* cause = std::get_if<Cause>(&said.message)) On(*rank, *cause);
  if (auto* outcome = std::get_if<HostOutcome>(&said.message)) On(*rank, *outcome);
}

void Coordinator::On(Garbled& garbled) {
  auto it = attendees_.find(garbled.attendee);
  if (it == attendees_.end()) return;
  Refuse(garbled.attendee, {Refusal::Reason::kMalformed, garbled.error}, it->second.rank);
}

void Coordinator::On(Left& left) {
  auto it = attendees_.find(left.attendee);
  if (it == attendees_.end()) return;
  std::optional<int> rank = it->second.rank;
  attendees_.erase(it);
  if (rank) Vacate(*rank);
}

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
                     " of this job: ", roster_.ListHosts(kNamedInErrors))};
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

// --- While the job runs -------------------------------------------------------------------------

void Coordinator::On(int rank, const BarrierArrival& arrival) {
  if (cause_ || final_) return;  // nobody passes a barrier any more
  bool is_new = !barriers_.contains(arrival.barrier);
  if (arrival.barrier.size() > kMaxBarrierNameBytes ||
      (is_new && barriers_.size() >= kMaxBarriers)) {
    return Refuse(*roster_.seat(rank).attendee,
                  {Refusal::Reason::kMalformed,
                   absl::StrCat("at most ", kMaxBarriers, " open barriers with names of at most ",
                                kMaxBarrierNameBytes, " bytes are allowed")},
                  rank);
  }
  Barrier& barrier = barriers_[arrival.barrier];
  barrier.arrived.resize(roster_.size());
  if (!barrier.arrived[rank]) ++barrier.count;
  barrier.arrived[rank] = true;
  OpenBarriers();
}

// Opens the barriers where everyone is. One where a host that has ended is missing can never open:
// that ends the job rather than let the others wait.
void Coordinator::OpenBarriers() {
  if (!world_ || cause_) return;
  for (auto it = barriers_.begin(); it != barriers_.end();) {
    const auto& [name, barrier] = *it;
    if (barrier.count == roster_.size()) {
      Explain(Note::Weight::kDetail, absl::StrCat("every host has reached \"", name, "\""));
      Send(roster_.Attendees(), BarrierRelease{name});
      it = barriers_.erase(it);
      continue;
    }
    for (int rank = 0; roster_.ended() > 0 && rank < roster_.size(); ++rank) {
      if (!roster_.seat(rank).outcome || barrier.arrived[rank]) continue;
      return RaiseCause({roster_.host(rank), HostFailed{name, 1},
                         absl::StrCat("it ended while others wait for it at \"", name, "\"")});
    }
    ++it;
  }
}

void Coordinator::On(int rank, const Cause& cause) {
  if (roster_.seat(rank).lost) return;  // a newcomer under the name of a host that is lost
  Cause raised = cause;
  raised.host = roster_.host(rank);
  RaiseCause(std::move(raised));
}

void Coordinator::On(int rank, const HostOutcome& outcome) {
  const auto& seat = roster_.seat(rank);
  if (seat.lost || seat.outcome) return;
  roster_.SetOutcome(rank, outcome);
  Explain(Note::Weight::kDetail,
          absl::StrCat(roster_.host(rank), " ended: ", Count(outcome.succeeded_ranks, "rank"),
                       " succeeded, ", outcome.failed_ranks, " failed"));
  if (outcome.failed_ranks > 0 && !cause_) {
    RaiseCause({roster_.host(rank), HostFailed{"watch", 1},
                absl::StrCat(Count(outcome.failed_ranks, "rank"), " of it failed")});
  } else if (gathering()) {
    RaiseCause(
        {roster_.host(rank), HostFailed{"join", 1}, "it ended before the world was complete"});
  }
  OpenBarriers();
  SettleIfAllEnded();
}

// --- The end ------------------------------------------------------------------------------------

void Coordinator::RaiseCause(Cause cause) {
  if (final_) return;
  cause.detail = Bounded(cause.detail, kMaxMessageBytes);
  if (cause_) return Explain(Note::Weight::kDetail, absl::StrCat("then: ", Describe(cause)));
  cause_ = std::move(cause);
  settle_deadline_ = now_ + options_.settle_timeout;
  if (!world_) {
    absent_deadline_ = now_ + std::min(options_.absent_grace, options_.settle_timeout);
  }
  barriers_.clear();
  progress_.Stop();
  Explain(Note::Weight::kNormal, absl::StrCat("the job ends: ", Describe(*cause_)));
  Send(roster_.Attendees(), EndOrder{*cause_});
  SettleIfAllEnded();
}

void Coordinator::SettleIfAllEnded() {
  if (final_ || gathering() || roster_.running() > 0) return;
  if (roster_.absent() > 0 && now_ < absent_deadline_) return;
  Verdict verdict{cause_, roster_.Unaccounted()};
  Explain(Note::Weight::kDetail,
          verdict.cause ? absl::StrCat("verdict: ", Describe(*verdict.cause)) : "verdict: success");
  Close(std::move(verdict));
}

// Whoever attends gets `message` as the last one, and so does whoever comes later.
void Coordinator::Close(LeaderMessage message) {
  std::vector<AttendeeId> everyone = roster_.Attendees();
  for (AttendeeId attendee : everyone) attendees_.erase(attendee);
  final_ = message;
  progress_.Stop();
  Send(std::move(everyone), std::move(message), /*last=*/true);
}

// --- Time ---------------------------------------------------------------------------------------

MonotonicTime Coordinator::NextDeadline() const {
  MonotonicTime next =
      hello_deadlines_.empty() ? MonotonicTime::InfiniteFuture() : hello_deadlines_.front().first;
  if (gathering()) next = std::min({next, options_.deadline, progress_.Due()});
  if (cause_ && !final_) {
    next = std::min(next, settle_deadline_);
    if (roster_.running() == 0) next = std::min(next, absent_deadline_);
  }
  return next;
}

void Coordinator::RunDue(MonotonicTime now) {
  now_ = std::max(now, now_);
  ExpireSilentAttendees();
  ExpireGathering();
  ExpireSettling();
  ReportProgress();
}

void Coordinator::ExpireSilentAttendees() {
  while (!hello_deadlines_.empty() && hello_deadlines_.front().first <= now_) {
    AttendeeId attendee = hello_deadlines_.front().second;
    hello_deadlines_.pop_front();
    if (!IsSilent(attendee)) continue;
    Refuse(attendee,
           {Refusal::Reason::kMalformed, absl::StrCat("it did not introduce itself within ",
                                                      HumanDuration(options_.hello_timeout))},
           std::nullopt);
  }
}

bool Coordinator::IsSilent(AttendeeId attendee) const {
  auto it = attendees_.find(attendee);
  return it != attendees_.end() && !it->second.rank;
}

Decision Coordinator::FinishTurn() {
  while (!hello_deadlines_.empty() && !IsSilent(hello_deadlines_.front().second)) {
    hello_deadlines_.pop_front();
  }
  return std::exchange(turn_, {});
}

void Coordinator::ExpireGathering() {
  if (!gathering() || now_ < options_.deadline) return;
  std::string message =
      Bounded(absl::StrCat("only ", roster_.attending(), "/", Count(roster_.size(), "host"),
                           " joined within ", HumanDuration(options_.deadline - started_),
                           "; missing: ", roster_.DescribeMissing(kNamedInErrors, now_)),
              kMaxMessageBytes);
  Explain(Note::Weight::kWarning, message);
  Close(Refusal{Refusal::Reason::kTimeout, message});
}

void Coordinator::ExpireSettling() {
  if (!cause_ || final_) return;
  if (now_ < settle_deadline_) return SettleIfAllEnded();
  std::vector<std::string> unaccounted = roster_.Unaccounted();
  Explain(Note::Weight::kWarning, absl::StrCat(Count(static_cast<int>(unaccounted.size()), "host"),
                                               " did not tell how they ended within ",
                                               HumanDuration(options_.settle_timeout)));
  Close(Verdict{cause_, std::move(unaccounted)});
}

void Coordinator::ReportProgress() {
  if (!gathering() || now_ < progress_.Due()) return;
  progress_.MarkSent(now_);
  std::string message = Bounded(
      absl::StrCat(roster_.attending(), "/", Count(roster_.size(), "host"), " joined, waiting for ",
                   roster_.DescribeMissing(kNamedInProgress, now_)),
      kMaxMessageBytes);
  Send(roster_.Attendees(), Progress{message});
}

}  // namespace sm::rendezvous
