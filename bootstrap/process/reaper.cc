#include "bootstrap/process/reaper.h"

#include <sys/prctl.h>
#include <sys/wait.h>

#include <utility>

namespace sm {

void Reaper::BecomeSubreaper() { prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

void Reaper::Expect(pid_t pid, Callback callback) { expected_[pid] = std::move(callback); }

void Reaper::Reap() {
  int status = 0;
  // Ends with 0 (children, none has ended) or -1 (ECHILD: no children at all).
  while (true) {
    pid_t pid = waitpid(-1, &status, WNOHANG);
    if (pid <= 0) return;
    // Taken out first: the callback may expect new children, one of them under the same number.
    auto node = expected_.extract(pid);
    if (!node.empty()) node.mapped()(FromWaitStatus(status));
  }
}

}  // namespace sm
