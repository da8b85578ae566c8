// Runs the processes of a launch plan and sees to it that every one of them ends.
#ifndef SM_BOOTSTRAP_PROCESS_SUPERVISOR_H_
#define SM_BOOTSTRAP_PROCESS_SUPERVISOR_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "bootstrap/base/event_loop.h"
#include "bootstrap/process/command.h"
#include "bootstrap/process/exit_result.h"
#include "bootstrap/process/output_pump.h"
#include "bootstrap/process/reaper.h"

namespace sm {

// Owns a gang of child processes, each the leader of its own process group. Lives on the event
// loop's thread; not thread-safe.
//
// A task ends when its own process ends, whoever still holds its pipes. What such a process leaves
// behind in its group is left alone until the gang is over (the last task after a Stop(), or the
// destructor), and then killed.
class Supervisor {
 public:
  // A process to start; the caller knows it again by its position in the vector.
  struct Task {
    Command command;
    OutputSpec output;  // where its lines go
  };

  // Called on the loop when task `index` has ended, once for every task of Start().
  using ExitCallback = std::function<void(size_t index, const ExitResult& result)>;

  Supervisor(EventLoop& loop, Reaper& reaper, OutputPump& pump, ExitCallback on_exit);
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;
  // Kills what still runs (SIGKILL to each process group) and waits for it, 5 s at most. No
  // callback is made any more. May be called from the callback.
  ~Supervisor();

  // Starts every task. A task that cannot be started is reported as NotStarted through the callback
  // (from the loop, never from within this call); the others still start. Call once.
  void Start(std::vector<Task> tasks);

  // Sends `signo` to every process group that still runs, then after `grace` SIGKILL. A second call
  // sends nothing and can only shorten the grace. When nothing runs, only leftovers are killed.
  void Stop(int signo, absl::Duration grace);

  // Sends `signo` to every process group that still runs, and nothing after it.
  void Signal(int signo);

  // How many tasks have not ended.
  int running() const;

 private:
  struct Impl;
  // Shared with the callbacks that are under way, which hold it weakly.
  std::shared_ptr<Impl> impl_;
};

}  // namespace sm

#endif  // SM_BOOTSTRAP_PROCESS_SUPERVISOR_H_
