// The processes of one bootstrapper with everything that serves them: signals, reaper, output.
#ifndef SM_BOOTSTRAP_APP_GANG_H_
#define SM_BOOTSTRAP_APP_GANG_H_

#include <functional>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "bootstrap/base/event_loop.h"
#include "bootstrap/process/output_pump.h"
#include "bootstrap/process/reaper.h"
#include "bootstrap/process/signals.h"
#include "bootstrap/process/supervisor.h"

namespace sm {

// Lives on the event loop's thread. Destroying it kills and reaps what still runs.
class Gang {
 public:
  struct Handlers {
    std::function<void(int signo)> on_stop;  // SIGTERM, SIGINT or SIGHUP reached us
    std::function<void(size_t index, const ExitResult& result)> on_exit;  // a task ended
  };

  // Signals must be blocked already (BlockSignals). Fails when descriptors run out.
  static absl::StatusOr<std::unique_ptr<Gang>> Create(EventLoop& loop, Handlers handlers);

  // See Supervisor.
  void Start(std::vector<Supervisor::Task> tasks) { supervisor_->Start(std::move(tasks)); }
  void Stop(int signo, absl::Duration grace) { supervisor_->Stop(signo, grace); }
  void Signal(int signo) { supervisor_->Signal(signo); }
  int running() const { return supervisor_->running(); }

  // Kills what still runs, grandchildren in the gang's process groups too, and writes out what all
  // of it has printed. Waits for output only as long as some arrives within `patience`. The gang is
  // over afterwards.
  void Close(absl::Duration patience);

 private:
  Gang() = default;

  // In this order: the supervisor goes first, since it uses the others.
  Reaper reaper_;
  std::unique_ptr<SignalWatcher> signals_;
  std::unique_ptr<OutputPump> pump_;
  std::unique_ptr<Supervisor> supervisor_;
};

}  // namespace sm

#endif  // SM_BOOTSTRAP_APP_GANG_H_
