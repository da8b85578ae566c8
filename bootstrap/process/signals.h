// Signals as events of the loop: blocked everywhere, read from a descriptor.
#ifndef SM_BOOTSTRAP_PROCESS_SIGNALS_H_
#define SM_BOOTSTRAP_PROCESS_SIGNALS_H_

#include <sys/types.h>

#include <functional>
#include <memory>

#include "absl/status/statusor.h"
#include "bootstrap/base/event_loop.h"

namespace sm {

// Blocks SIGTERM, SIGINT, SIGHUP and SIGCHLD in the calling thread, ignores SIGPIPE, and undoes an
// inherited "ignore" of SIGCHLD. A SIGHUP that we were started to ignore (nohup) stays ignored.
// Call first in main, before any thread exists, so that every thread inherits the mask.
void BlockSignals();

// Sends `signo` to the process group that `leader` leads or led; 0 only asks. Returns whether the
// group has a member. Refuses 0 and 1 and what is below, which kill() takes for our own group or
// for every process there is.
bool SignalGroup(pid_t leader, int signo);

// Delivers blocked signals on the loop. Handlers must not destroy the watcher.
class SignalWatcher {
 public:
  struct Handlers {
    std::function<void()> on_child;          // SIGCHLD: one or more children may have ended
    std::function<void(int signo)> on_stop;  // SIGTERM, SIGINT, SIGHUP
  };

  // `loop` must outlive the watcher.
  static absl::StatusOr<std::unique_ptr<SignalWatcher>> Create(EventLoop& loop, Handlers handlers);
  SignalWatcher(const SignalWatcher&) = delete;
  SignalWatcher& operator=(const SignalWatcher&) = delete;
  ~SignalWatcher();

 private:
  SignalWatcher(EventLoop& loop, UniqueFd fd, Handlers handlers);
  void Read();

  EventLoop& loop_;
  UniqueFd fd_;
  Handlers handlers_;
};

}  // namespace sm

#endif  // SM_BOOTSTRAP_PROCESS_SIGNALS_H_
