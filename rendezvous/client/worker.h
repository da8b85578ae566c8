// The thread that a client lives on.
#ifndef SM_RENDEZVOUS_CLIENT_WORKER_H_
#define SM_RENDEZVOUS_CLIENT_WORKER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <thread>
#include <utility>

#include "bootstrap/base/clock.h"
#include "bootstrap/base/mutex.h"

namespace sm::rendezvous {

// Runs tasks one at a time, in the order of their times and, of equal times, of their posting.
// (base/event_loop.h does as much and more, but needs descriptors and a thread that is lent to it.)
// Thread-safe. The last owner must not be one of its own tasks.
class Worker {
 public:
  explicit Worker(const Clock& clock);
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  // Finishes the task that runs; the others are destroyed uncalled.
  ~Worker();

  // Runs `task` soon.
  void Post(std::function<void()> task) { At(MonotonicTime(), std::move(task)); }
  // Runs `task` not before `time`.
  void At(MonotonicTime time, std::function<void()> task) ABSL_LOCKS_EXCLUDED(mu_);

 private:
  void Run() ABSL_LOCKS_EXCLUDED(mu_);

  const Clock& clock_;
  Mutex mu_;
  CondVar changed_;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  uint64_t next_task_ ABSL_GUARDED_BY(mu_) = 0;
  std::map<std::pair<MonotonicTime, uint64_t>, std::function<void()>> tasks_ ABSL_GUARDED_BY(mu_);
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace sm::rendezvous

#endif  // SM_RENDEZVOUS_CLIENT_WORKER_H_
