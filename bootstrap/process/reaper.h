// The one place that waits for children. (Spawn() collects a child that never became a program, and
// CaptureOutput() its own: both before this thread's loop could run.)
#ifndef SM_BOOTSTRAP_PROCESS_REAPER_H_
#define SM_BOOTSTRAP_PROCESS_REAPER_H_

#include <sys/types.h>

#include <functional>
#include <map>

#include "bootstrap/process/exit_result.h"

namespace sm {

// Collects ended children and tells who waits for them. Children that nobody registered are reaped
// too: as PID 1, or as a sub-reaper, we inherit strangers. Lives on the event loop's thread.
class Reaper {
 public:
  using Callback = std::function<void(const ExitResult&)>;

  // Makes this process the reaper of its orphaned descendants (PR_SET_CHILD_SUBREAPER).
  static void BecomeSubreaper();

  // Calls `callback` once, from Reap(), when `pid` has ended. Register before the loop runs again
  // after the spawn; an exit cannot be missed, since only Reap() collects.
  void Expect(pid_t pid, Callback callback);

  // Collects every child that has ended, without blocking. Call whenever SIGCHLD has arrived.
  void Reap();

 private:
  std::map<pid_t, Callback> expected_;
};

}  // namespace sm

#endif  // SM_BOOTSTRAP_PROCESS_REAPER_H_
