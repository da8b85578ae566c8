#include "rendezvous/core/roster.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rendezvous/core/text.h"

namespace sm::rendezvous {
namespace {

constexpr size_t kMaxQuotedRefusalBytes = 200;

bool IsAbsent(const Seat& seat) { return !seat.attendee && !seat.outcome && !seat.lost; }

}  // namespace

Roster::Roster(std::vector<std::string> hosts) : hosts_(std::move(hosts)), seats_(hosts_.size()) {
  for (int rank = 0; rank < size(); ++rank) ranks_by_host_.emplace(hosts_[rank], rank);
  absent_ = size();
}

std::optional<int> Roster::Find(const std::string& host) const {
  auto it = ranks_by_host_.find(host);
  if (it == ranks_by_host_.end()) return std::nullopt;
  return it->second;
}

// Every change takes a seat out of the counts and puts it back, so that they cannot drift.
void Roster::Count(const Seat& seat, int sign) {
  if (seat.attendee) {
    attending_ += sign;
    ranks_ += int64_t{sign} * seat.local_world_size;
  }
  if (seat.outcome) ended_ += sign;
  if (seat.attendee && !seat.outcome && !seat.lost) running_ += sign;
  if (IsAbsent(seat)) absent_ += sign;
}

void Roster::Take(int rank, AttendeeId attendee, const std::string& peer, const Hello& hello) {
  Seat& seat = seats_[rank];
  Count(seat, -1);
  seat.attendee = attendee;
  seat.incarnation = hello.incarnation;
  seat.peer = peer;
  seat.address = hello.address;
  seat.local_world_size = hello.local_world_size;
  seat.agreements = hello.agreements;
  seat.refusal.clear();
  Count(seat, +1);
}

void Roster::Vacate(int rank, MonotonicTime now) {
  Seat& seat = seats_[rank];
  Count(seat, -1);
  seat.attendee.reset();
  seat.left_at = now;
  Count(seat, +1);
}

void Roster::MarkLost(int rank) {
  Seat& seat = seats_[rank];
  Count(seat, -1);
  seat.lost = true;
  Count(seat, +1);
}

void Roster::SetOutcome(int rank, HostOutcome outcome) {
  Seat& seat = seats_[rank];
  Count(seat, -1);
  seat.outcome = outcome;
  Count(seat, +1);
}

void Roster::SetRefusal(int rank, std::string message) {
  seats_[rank].refusal = std::move(message);
}

std::vector<AttendeeId> Roster::Attendees() const {
  std::vector<AttendeeId> attendees;
  attendees.reserve(attending_);
  for (const Seat& seat : seats_) {
    if (seat.attendee) attendees.push_back(*seat.attendee);
  }
  return attendees;
}

std::vector<std::string> Roster::Unaccounted() const {
  std::vector<std::string> hosts;
  for (int rank = 0; rank < size(); ++rank) {
    if (!seats_[rank].outcome) hosts.push_back(hosts_[rank]);
  }
  return hosts;
}

std::vector<Member> Roster::MakeMembers() const {
  std::vector<Member> members;
  members.reserve(seats_.size());
  int first_rank = 0;
  for (int rank = 0; rank < size(); ++rank) {
    const Seat& seat = seats_[rank];
    members.push_back({hosts_[rank], rank, seat.address, seat.local_world_size, first_rank});
    first_rank += seat.local_world_size;
  }
  return members;
}

std::string Roster::DescribeAbsence(int rank, MonotonicTime now) const {
  const Seat& seat = seats_[rank];
  if (!seat.refusal.empty()) {
    return absl::StrCat("refused: ", Bounded(seat.refusal, kMaxQuotedRefusalBytes));
  }
  if (!seat.left_at) return "no connection yet";
  return absl::StrCat("connected from ", seat.peer, " and left again ",
                      HumanDuration(now - *seat.left_at), " ago");
}

std::string Roster::DescribeMissing(int limit, MonotonicTime now) const {
  std::vector<std::string> parts;
  for (int rank = 0; rank < size() && static_cast<int>(parts.size()) < limit; ++rank) {
    if (!IsAbsent(seats_[rank])) continue;
    parts.push_back(absl::StrCat(hosts_[rank], " (", DescribeAbsence(rank, now), ")"));
  }
  int more = absent_ - static_cast<int>(parts.size());
  return absl::StrCat(absl::StrJoin(parts, ", "),
                      more > 0 ? absl::StrCat(" and ", more, " more") : "");
}

std::string Roster::ListHosts(int limit) const {
  int shown = std::min(limit, size());
  int more = size() - shown;
  return absl::StrCat(absl::StrJoin(hosts_.begin(), hosts_.begin() + shown, ", "),
                      more > 0 ? absl::StrCat(" and ", more, " more") : "");
}

}  // namespace sm::rendezvous
