#include "bootstrap/app/session.h"

#include <signal.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "bootstrap/app/exit_code.h"
#include "bootstrap/app/rank_output.h"
#include "bootstrap/app/summary.h"
#include "bootstrap/base/log.h"
#include "bootstrap/base/overloaded.h"
#include "bootstrap/base/status_macros.h"

namespace sm {
namespace {

using rendezvous::BarrierArrival;
using rendezvous::BarrierRelease;
using rendezvous::ClientEvent;
using rendezvous::EndOrder;
using rendezvous::JoinTimedOut;
using rendezvous::LeaderLost;
using rendezvous::Progress;
using rendezvous::Refusal;

constexpr char kReadyBarrier[] = "ready";
// For output that is still in a pipe when everything has ended; see OutputPump::Drain().
constexpr absl::Duration kOutputPatience = absl::Seconds(5);
constexpr absl::Duration kOutputPatienceWhenStopped = absl::Seconds(1);
// For the leader's answer when we are told to stop while nothing runs.
constexpr absl::Duration kStopPatience = absl::Seconds(2);

}  // namespace

Session::Session(EventLoop& loop, const Setup& setup, Timeline& timeline)
    : loop_(loop), setup_(setup), timeline_(timeline) {}

Session::~Session() = default;

int Session::Run() {
  if (absl::Status started = Start(); !started.ok()) {
    log::Error(started.message());
    return kExitOsError;
  }
  loop_.Post([this] { Join(); });
  loop_.Run();
  return exit_code_;
}

absl::Status Session::Start() {
  join_deadline_ = loop_.Now() + setup_.options.rendezvous_timeout;
  SM_ASSIGN_OR_RETURN(
      gang_, Gang::Create(
                 loop_, {.on_stop = [this](int signo) { OnStop(signo); },
                         .on_exit = [this](size_t index,
                                           const ExitResult& result) { OnExit(index, result); }}));
  return absl::OkStatus();
}

// ---- prepare, ready, launch -------------------------------------------------------------------

void Session::Prepare() {
  absl::StatusOr<UserProgram> program = ResolveUserProgram(setup_.program);
  if (!program.ok()) {
    Fail(Phase::kPrepare, program.status());
    return;
  }
  program_ = *std::move(program);
  timeline_.Enter(Phase::kPrepare, DescribeCommand(program_->argv));
}

void Session::OnWorld(const World& world) {
  world_ = world;
  if (!program_.has_value() || Ending()) return;
  timeline_.Enter(Phase::kReady, DescribeWorld(world));
  peers_->Send(BarrierArrival{kReadyBarrier});
}

void Session::OnReady() {
  if (Ending() || reported_failure_) return;
  if (absl::Status launched = Launch(); !launched.ok()) Fail(Phase::kLaunch, launched);
}

absl::Status Session::Launch() {
  SM_ASSIGN_OR_RETURN(plan_, setup_.launcher->Plan({.job = setup_.job,
                                                    .world = *world_,
                                                    .host_rank = setup_.host_rank,
                                                    .facts = setup_.facts,
                                                    .interface_name = interface_,
                                                    .program = *program_,
                                                    .env = setup_.env}));
  SM_ASSIGN_OR_RETURN(std::vector<OutputSpec> outputs,
                      RankOutputs(plan_, *world_, setup_.host(), setup_.options));
  const std::string count = CountOf(plan_.processes.size(), "process", "processes");
  timeline_.Enter(Phase::kLaunch, absl::StrCat("starting ", count));
  std::vector<Supervisor::Task> tasks;
  for (size_t i = 0; i < plan_.processes.size(); ++i) {
    tasks.push_back({plan_.processes[i].command, std::move(outputs[i])});
  }
  master_port_.reset();  // from here on it is rank 0's
  gang_->Start(std::move(tasks));
  timeline_.Enter(Phase::kWatch, absl::StrCat("running ", count));
  return absl::OkStatus();
}

void Session::Fail(Phase phase, const absl::Status& error) {
  log::Error(absl::StrCat(PhaseName(phase), ": ", error.message()));
  reported_failure_ = true;
  peers_->Send(Cause{.host = setup_.host(),
                     .kind = HostFailed{std::string(PhaseName(phase)), kExitUsage},
                     .detail = std::string(error.message())});
}

// ---- watch and settle -------------------------------------------------------------------------

void Session::OnExit(size_t index, const ExitResult& result) {
  const PlannedProcess& process = plan_.processes[index];
  if (Succeeded(result)) {
    ++outcome_.succeeded_ranks;
  } else {
    ++outcome_.failed_ranks;
    Cause cause{
        .host = setup_.host(),
        .kind = RankFailed{process.rank, process.role, result},
        .detail = std::holds_alternative<NotStarted>(result)
                      ? absl::StrCat(process.command.program, " in ", process.command.directory)
                      : ""};
    if (ending_) {
      log::Debug(absl::StrCat("settle: ", Describe(cause)));
    } else {
      log::Error(absl::StrCat("watch: ", Describe(cause)));
      if (!std::exchange(reported_failure_, true)) peers_->Send(cause);
    }
  }
  if (gang_->running() == 0) Settle();
}

void Session::OnEndOrder(const Cause& cause) {
  if (std::exchange(ending_, true)) return;
  log::Info(absl::StrCat("settle: ending this host's part: ", Describe(cause)));
  if (gang_->running() == 0) {
    Settle();
  } else {
    // Not a second signal to those whom OnStop() has told: that only shortens their grace.
    gang_->Stop(SIGTERM, setup_.options.grace);
  }
}

void Session::Settle() {
  if (lost_code_.has_value()) {
    Finish(*lost_code_);
    return;
  }
  if (std::exchange(settled_, true)) return;
  ending_ = true;
  timeline_.Enter(Phase::kSettle, "nothing of the job runs here; waiting for the leader's verdict");
  peers_->Send(outcome_);
}

void Session::OnVerdict(const Verdict& verdict) {
  const bool failed = verdict.cause.has_value();
  timeline_.Enter(
      Phase::kReport,
      failed ? absl::StrCat("the job failed: ", Describe(*verdict.cause)) : "the job succeeded",
      failed);
  if (!verdict.unaccounted_hosts.empty()) {
    log::Warning(absl::StrCat("report: never heard how these hosts ended: ",
                              absl::StrJoin(verdict.unaccounted_hosts, ", ")));
  }
  Finish(ExitCodeFor(verdict));
}

void Session::OnLeaderLost(const std::string& message) {
  log::Error(absl::StrCat("watch: the leader ", setup_.hosts.front(), " is lost: ", message,
                          "; ending this host's part"));
  ending_ = true;
  lost_code_ = stop_signal_ != 0 ? kExitSignalBase + stop_signal_ : kExitPeerLost;
  if (gang_->running() == 0) {
    Finish(*lost_code_);
  } else {
    gang_->Stop(SIGTERM, setup_.options.grace);
  }
}

void Session::OnStop(int signo) {
  if (finished_) return;
  if (stop_signal_ != 0) {
    log::Info(absl::StrCat("stop: ", SignalName(signo), " again; killing what still runs"));
    gang_->Stop(SIGKILL, absl::ZeroDuration());
    // Whoever asks twice does not want to wait for the others either.
    loop_.After(kStopPatience, [this] { EndStopped(); });
    return;
  }
  stop_signal_ = signo;
  log::Info(absl::StrCat("stop: got ", SignalName(signo), "; ending the job"));
  if (peers_ == nullptr) return EndStopped();
  peers_->Send(Cause{.host = setup_.host(), .kind = Stopped{signo}, .detail = ""});
  gang_->Stop(signo, setup_.options.grace);
  // When nobody answers, we end all the same. Before there is a world nobody else depends on us.
  loop_.After(world_.has_value() ? setup_.options.grace + kSettleMargin : kStopPatience,
              [this] { EndStopped(); });
}

void Session::EndStopped() {
  if (finished_) return;
  log::Info(absl::StrCat("stop: ended by ", SignalName(stop_signal_), " without a verdict"));
  Finish(kExitSignalBase + stop_signal_);
}

void Session::OnEvent(const ClientEvent& event) {
  if (finished_) return;
  std::visit(Overloaded{
                 [&](const Progress& progress) {
                   if (!Ending()) log::Info(absl::StrCat("join: ", progress.message));
                 },
                 [&](const World& world) { OnWorld(world); },
                 [&](const BarrierRelease&) { OnReady(); },
                 [&](const EndOrder& order) { OnEndOrder(order.cause); },
                 [&](const Verdict& verdict) { OnVerdict(verdict); },
                 [&](const Refusal& refusal) {
                   log::Error(absl::StrCat("join: ", refusal.message));
                   Finish(refusal.reason == Refusal::Reason::kTimeout ? kExitRendezvousTimeout
                                                                      : kExitRefused);
                 },
                 [&](const JoinTimedOut& timed_out) {
                   log::Error(absl::StrCat("join: ", timed_out.message));
                   Finish(kExitRendezvousTimeout);
                 },
                 [&](const LeaderLost& lost) { OnLeaderLost(lost.message); },
             },
             event);
}

void Session::Finish(int exit_code) {
  if (std::exchange(finished_, true)) return;
  exit_code_ = exit_code;
  gang_->Close(stop_signal_ == 0 ? kOutputPatience : kOutputPatienceWhenStopped);
  if (world_.has_value() && setup_.is_leader()) {
    LogSummary(
        {.world = *world_, .job = setup_.job, .timeline = timeline_, .exit_code = exit_code});
  }
  if (peers_ != nullptr) peers_->LetOthersLeave();
  loop_.Quit();
}

}  // namespace sm
