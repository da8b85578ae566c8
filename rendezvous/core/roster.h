// What the leader knows of each host of the job, in the order of the list.
#ifndef SM_RENDEZVOUS_CORE_ROSTER_H_
#define SM_RENDEZVOUS_CORE_ROSTER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "bootstrap/base/clock.h"
#include "rendezvous/core/messages.h"

namespace sm::rendezvous {

// Names one stream of a host for as long as the leader runs; never used again.
using AttendeeId = uint64_t;

// An error names no more hosts than this.
inline constexpr int kMaxNamedHosts = 20;

// One host. It is *attending* while `attendee` is set, *ended* once it told its outcome, *lost*
// when its stream ended too early to come back, and *absent* when it is none of these.
struct Seat {
  std::optional<AttendeeId> attendee;
  uint64_t incarnation = 0;
  std::string peer;  // where its stream comes from: address and port
  std::string address;
  int local_world_size = 1;
  std::vector<Agreement> agreements;  // until they could be compared with the leader's
  std::optional<HostOutcome> outcome;
  bool lost = false;
  std::optional<MonotonicTime> left_at;
  std::string refusal;  // why an attempt under its name was refused, while it is absent
};

class Roster {
 public:
  // `hosts` has no duplicates.
  explicit Roster(std::vector<std::string> hosts);

  int size() const { return static_cast<int>(hosts_.size()); }
  const std::string& host(int rank) const { return hosts_[rank]; }
  const Seat& seat(int rank) const { return seats_[rank]; }
  std::optional<int> Find(const std::string& host) const;

  // `attendee` is `hello.host` now, whoever sat there before.
  void Take(int rank, AttendeeId attendee, const std::string& peer, const Hello& hello);
  // The stream of the host is gone.
  void Vacate(int rank, MonotonicTime now);
  void MarkLost(int rank);
  void SetOutcome(int rank, HostOutcome outcome);
  void SetRefusal(int rank, std::string message);
  // The agreements are of no more use.
  void ForgetAgreements(int rank) { seats_[rank].agreements = {}; }

  int attending() const { return attending_; }
  int ended() const { return ended_; }
  int running() const { return running_; }  // attending and not ended
  int absent() const { return absent_; }

  // How many ranks the hosts that attend have together.
  int64_t ranks() const { return ranks_; }

  std::vector<AttendeeId> Attendees() const;
  std::vector<std::string> Unaccounted() const;

  // The members of a world, when every host attends.
  std::vector<Member> MakeMembers() const;

  // "algo-5 (no connection yet), algo-7 (…)" and, beyond `limit` hosts, "and 3 more".
  std::string DescribeMissing(int limit, MonotonicTime now) const;

  // The first `limit` hosts of the list, likewise.
  std::string ListHosts(int limit) const;

 private:
  void Count(const Seat& seat, int sign);
  std::string DescribeAbsence(int rank, MonotonicTime now) const;

  const std::vector<std::string> hosts_;
  absl::flat_hash_map<std::string, int> ranks_by_host_;
  std::vector<Seat> seats_;
  int attending_ = 0;
  int ended_ = 0;
  int running_ = 0;
  int absent_ = 0;
  int64_t ranks_ = 0;
};

}  // namespace sm::rendezvous

#endif  // SM_RENDEZVOUS_CORE_ROSTER_H_
