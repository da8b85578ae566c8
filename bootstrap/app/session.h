// One host's part of a run, from the join to the verdict.
#ifndef SM_BOOTSTRAP_APP_SESSION_H_
#define SM_BOOTSTRAP_APP_SESSION_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "bootstrap/app/gang.h"
#include "bootstrap/app/peers.h"
#include "bootstrap/app/setup.h"
#include "bootstrap/app/timeline.h"
#include "bootstrap/base/event_loop.h"
#include "bootstrap/base/port.h"
#include "bootstrap/code/user_program.h"
#include "bootstrap/host/interface_choice.h"
#include "rendezvous/core/verdict.h"

namespace sm {

// Carries a Setup through the phases
//
//   join -> prepare -> ready -> launch -> watch -> settle
//
// on the event loop. What happens next is decided by events alone: those of the rendezvous (the
// world, the barrier, the order to end, the verdict), the ends of our processes, and signals. The
// leader decides when the job is over; a host ends by itself only when it has lost the leader or
// when it was told to stop and nobody answers.
class Session {
 public:
  // `loop`, `setup` and `timeline` must outlive the session.
  Session(EventLoop& loop, const Setup& setup, Timeline& timeline);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session();

  // Runs to the end and returns the exit code. Call once.
  int Run();

 private:
  // From the order to end until the verdict, beyond the grace of the processes.
  static constexpr absl::Duration kSettleMargin = absl::Seconds(15);

  absl::Status Start();

  // The join, in session_join.cc.
  void Join();
  // Without a configured interface the route to the leader chooses it, once its name resolves.
  void ResolveLeader();
  void OnLeaderResolved(const absl::StatusOr<std::vector<std::string>>& addresses);
  void GiveUpResolving();
  void JoinOn(const std::string& routed_interface);
  absl::Status Attend(const ChosenInterface& chosen);
  void AttendAlone();

  void Prepare();

  void OnEvent(const rendezvous::ClientEvent& event);
  void OnWorld(const World& world);
  void OnReady();
  void OnEndOrder(const Cause& cause);
  void OnVerdict(const Verdict& verdict);
  void OnLeaderLost(const std::string& message);
  void OnExit(size_t index, const ExitResult& result);
  void OnStop(int signo);

  // Nothing is to be launched any more.
  bool Ending() const { return ending_ || stop_signal_ != 0; }
  void EndStopped();
  absl::Status Launch();
  // Tells the leader that this host cannot take part; `phase` names where it failed.
  void Fail(Phase phase, const absl::Status& error);
  // Once nothing of ours runs: tells the leader how we ended, or ends when there is no leader.
  void Settle();
  void Finish(int exit_code);

  EventLoop& loop_;
  const Setup& setup_;
  Timeline& timeline_;

  std::unique_ptr<Gang> gang_;
  std::unique_ptr<Peers> peers_;
  std::string interface_;
  std::optional<PortReservation> master_port_;  // the leader's, until the launch
  std::optional<UserProgram> program_;
  std::optional<World> world_;
  LaunchPlan plan_;
  MonotonicTime join_deadline_;
  std::string resolve_error_;  // the last one that was logged

  rendezvous::HostOutcome outcome_;
  bool reported_failure_ = false;  // our first failure went to the leader
  bool ending_ = false;            // the leader has ordered the end, or is lost
  bool settled_ = false;
  std::optional<int> lost_code_;  // we end without the leader, with this code
  int stop_signal_ = 0;
  bool finished_ = false;
  int exit_code_ = 0;
};

}  // namespace sm

#endif  // SM_BOOTSTRAP_APP_SESSION_H_
