// The leader's mind: who joins, what the world is, when a barrier opens, why the job ends.
#ifndef SM_RENDEZVOUS_CORE_COORDINATOR_H_
#define SM_RENDEZVOUS_CORE_COORDINATOR_H_

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "bootstrap/base/clock.h"
#include "rendezvous/core/messages.h"
#include "rendezvous/core/pacer.h"
#include "rendezvous/core/roster.h"

namespace sm::rendezvous {

// What happens to the leader. An attendee is one stream; its events come in order: Opened first,
// Left last.
struct Opened {
  AttendeeId attendee = 0;
  std::string peer;  // address and port, for messages
};
struct Said {
  AttendeeId attendee = 0;
  HostMessage message;
};
// It sent something that is no message.
struct Garbled {
  AttendeeId attendee = 0;
  std::string error;
};
struct Left {
  AttendeeId attendee = 0;
};
using Event = std::variant<Opened, Said, Garbled, Left>;

// What the leader does about it: messages in the order in which they are to be sent, and notes with
// the reasons, for the log.
struct Outgoing {
  std::vector<AttendeeId> to;
  LeaderMessage message;
  bool last = false;  // the stream ends after it
};
struct Note {
  enum class Weight { kDetail, kNormal, kWarning };
  Weight weight = Weight::kNormal;
  std::string text;
};
struct Decision {
  std::vector<Outgoing> outgoing;
  std::vector<Note> notes;
};

// Membership of one job, from the first hello to the verdict:
//
//   gathering --all hosts attend--> world --every outcome--> verdict
//       |                             |
//       |--deadline--> refused        |
//       '--first cause--> ending <----'  --every outcome, or the settle deadline--> verdict
//
// A state machine of values: no thread, clock or socket. Time must not run backwards between calls.
// Not thread-safe.
class Coordinator {
 public:
  struct Options {
    std::vector<std::string> hosts;  // in rank order, no duplicates, at least one; the leader first
    MonotonicTime deadline;          // for the world to be complete
    // From the first EndOrder to the verdict, whoever is missing then.
    absl::Duration settle_timeout = absl::Seconds(60);
    // A job that ends before its world was complete waits this long for the hosts that are not
    // there yet, so that they learn of it instead of dialling a leader that has gone.
    absl::Duration absent_grace = absl::Seconds(5);
    // An attendee that does not introduce itself for so long is refused.
    absl::Duration hello_timeout = absl::Seconds(30);
    std::string master_address;  // empty: the leader's own
    int master_port = 0;
    uint64_t run_id = 0;
  };

  Coordinator(Options options, MonotonicTime now);

  // Takes note of `event`. What is due by `now` (see Tick()) is decided first.
  Decision Handle(Event event, MonotonicTime now);

  // Decides what is due by `now`.
  Decision Tick(MonotonicTime now);

  // When Tick() is to be called next; may move with every Handle() and Tick().
  MonotonicTime NextDeadline() const;

 private:
  struct Attendee {
    std::string peer;
    std::optional<int> rank;  // of its host, once it has introduced itself
  };
  struct Barrier {
    std::vector<bool> arrived;
    int count = 0;
  };

  // Events (coordinator.cc).
  void On(Opened& opened);
  void On(Said& said);
  void On(Garbled& garbled);
  void On(Left& left);

  // Joining and leaving (coordinator_join.cc).
  void OnHello(AttendeeId attendee, const Hello& hello);
  std::optional<Refusal> FindObjection(const Hello& hello, std::optional<int> rank) const;
  std::optional<Refusal> FindRival(int rank, const std::string& peer, const Hello& hello) const;
  void Admit(AttendeeId attendee, int rank, const Hello& hello);
  void CompareWithLeader();
  void CatchUp(AttendeeId attendee, int rank);

  void MakeWorldIfComplete();
  void Refuse(AttendeeId attendee, Refusal refusal, std::optional<int> rank);
  void Vacate(int rank);
  void LeaveBarriers(int rank);

  // While the job runs, and how it ends (coordinator.cc).
  void On(int rank, const BarrierArrival& arrival);
  void On(int rank, const Cause& cause);
  void On(int rank, const HostOutcome& outcome);
  void OpenBarriers();
  void RaiseCause(Cause cause);
  void SettleIfAllEnded();
  void Close(LeaderMessage message);

  // What time brings (coordinator.cc).
  void ExpireSilentAttendees();
  void ExpireGathering();
  void ExpireSettling();
  void ReportProgress();
  void RunDue(MonotonicTime now);

  bool gathering() const { return !world_ && !cause_ && !final_; }
  void Send(std::vector<AttendeeId> to, LeaderMessage message, bool last = false);
  void Explain(Note::Weight weight, absl::string_view text);
  bool IsSilent(AttendeeId attendee) const;
  Decision FinishTurn();

  const Options options_;
  const MonotonicTime started_;
  Roster roster_;
  absl::flat_hash_map<AttendeeId, Attendee> attendees_;
  std::deque<std::pair<MonotonicTime, AttendeeId>> hello_deadlines_;  // in order of time
  std::string leader_version_;
  std::optional<std::vector<Agreement>> reference_;  // what the leader's own host said
  std::map<std::string, Barrier> barriers_;
  Pacer progress_;
  std::optional<World> world_;
  std::optional<Cause> cause_;
  MonotonicTime absent_deadline_ = MonotonicTime::InfiniteFuture();
  MonotonicTime settle_deadline_ = MonotonicTime::InfiniteFuture();
  std::optional<LeaderMessage> final_;  // what everyone got, and whoever comes now gets

  // Of the call in progress.
  MonotonicTime now_;
  Decision turn_;
};

}  // namespace sm::rendezvous

#endif  // SM_RENDEZVOUS_CORE_COORDINATOR_H_
