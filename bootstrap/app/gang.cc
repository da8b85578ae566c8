#include "bootstrap/app/gang.h"

#include <utility>

#include "bootstrap/base/log.h"
#include "bootstrap/base/status_macros.h"

namespace sm {

absl::StatusOr<std::unique_ptr<Gang>> Gang::Create(EventLoop& loop, Handlers handlers) {
  std::unique_ptr<Gang> gang(new Gang());
  Reaper::BecomeSubreaper();
  SM_ASSIGN_OR_RETURN(gang->pump_, OutputPump::Create());
  SM_ASSIGN_OR_RETURN(
      gang->signals_,
      SignalWatcher::Create(loop, {.on_child = [reaper = &gang->reaper_] { reaper->Reap(); },
                                   .on_stop = std::move(handlers.on_stop)}));
  gang->supervisor_ =
      std::make_unique<Supervisor>(loop, gang->reaper_, *gang->pump_, std::move(handlers.on_exit));
  return gang;
}

void Gang::Close(absl::Duration patience) {
  supervisor_.reset();
  if (!pump_->Drain(patience)) {
    log::Warning(
        "some output may be missing: the reader of ours has stalled, or a process outside the job "
        "holds a pipe of it open");
  }
}

}  // namespace sm
