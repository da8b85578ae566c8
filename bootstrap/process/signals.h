// Signals as events of the loop: blocked everywhere, read from a descriptor.
#ifndef SM_BOOTSTRAP_PROCESS_SIGNALS_H_
#define SM_BOOTSTRAP_PROCESS_SIGNALS_H_

#include <functional>
#include <memory>

#include "absl/status/statusor.h"
#include "bootstrap/base/event_loop.h"

namespace sm {

// Blocks SIGTERM, SIGINT, SIGHUP and SIGCHLD in the calling thread and ignores SIGPIPE. Call first
// in main, before any thread exists, so that every thread inherits the mask.
void BlockSignals();

// Delivers blocked signals on the loop.
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
