#include "rendezvous/core/coordinator.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "rendezvous/core/text.h"

namespace sm::rendezvous {
namespace {

constexpr int kNamedInProgress = 5;
constexpr size_t kMaxBarriers = 64;
constexpr size_t kMaxBarrierNameBytes = 128;

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

void Coordinator::Explain(Note::Weight weight, absl::string_view text) {
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
                           "; missing: ", roster_.DescribeMissing(kMaxNamedHosts, now_)),
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
