// The one loop that a bootstrapper lives in: descriptors, timers and work from other threads.
#ifndef SM_BOOTSTRAP_BASE_EVENT_LOOP_H_
#define SM_BOOTSTRAP_BASE_EVENT_LOOP_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "bootstrap/base/clock.h"
#include "bootstrap/base/mutex.h"
#include "bootstrap/base/unique_fd.h"

namespace sm {

// Runs callbacks on the thread that calls Run(), one at a time. Everything that decides or changes
// state in a bootstrapper runs here, so that state needs no locks; other threads hand work over
// with Post(), the only member that is safe to call from them. Callbacks may call every member,
// including ones that remove the callback that is running.
class EventLoop {
 public:
  using Callback = std::function<void()>;
  using TimerId = uint64_t;  // never 0

  // Fails when the kernel has no descriptor left.
  static absl::StatusOr<std::unique_ptr<EventLoop>> Create(const Clock& clock = SystemClock());

  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;
  ~EventLoop();

  // Dispatches until Quit() is called. Must not be nested.
  void Run();

  // Makes Run() return after the current callback; what is posted and not yet called is kept for
  // the next Run().
  void Quit() { quit_ = true; }

  // Calls `callback` soon, on the loop's thread, in the order of the posts. Thread-safe. What the
  // last Run() did not come to is destroyed with the loop, uncalled.
  void Post(Callback callback) ABSL_LOCKS_EXCLUDED(mu_);

  // A Post() that may be called after the loop has gone: then it destroys the callback, uncalled.
  // For threads whose end nobody can wait for. Thread-safe.
  std::function<void(Callback)> Poster();

  // Calls `callback` once, not before `deadline`.
  TimerId At(MonotonicTime deadline, Callback callback);
  TimerId After(absl::Duration delay, Callback callback) {
    return At(Now() + delay, std::move(callback));
  }
  // No effect on a timer that has fired or was cancelled.
  void Cancel(TimerId timer);

  // Calls `callback` whenever `fd` is readable or hung up, until Unwatch(). The caller keeps owning
  // `fd` and unwatches it before closing it.
  absl::Status WatchReadable(int fd, Callback callback);
  void Unwatch(int fd);

  MonotonicTime Now() const { return clock_.Now(); }

 private:
  // Outlives the loop in the hands of its posters; says when it is gone.
  struct Lifeline {
    Mutex mu;
    EventLoop* loop ABSL_GUARDED_BY(mu) = nullptr;
  };

  EventLoop(const Clock& clock, UniqueFd epoll, UniqueFd wakeup);

  int TimeoutMilliseconds() const;
  void RunDueTimers();
  void RunPosted() ABSL_LOCKS_EXCLUDED(mu_);
  void KeepForNextRun(std::vector<Callback> work) ABSL_LOCKS_EXCLUDED(mu_);
  void Wake();

  const Clock& clock_;
  const UniqueFd epoll_;
  const UniqueFd wakeup_;  // eventfd: readable when posted_ is not empty
  bool quit_ = false;
  TimerId next_timer_ = 1;
  std::map<std::pair<MonotonicTime, TimerId>, Callback> timers_;
  std::map<TimerId, MonotonicTime> deadlines_;
  uint64_t next_watch_ = 1;
  std::map<int, uint64_t> watch_ids_;  // by descriptor
  std::map<uint64_t, std::shared_ptr<Callback>> watches_;

  const std::shared_ptr<Lifeline> lifeline_ = std::make_shared<Lifeline>();
  Mutex mu_;
  std::vector<Callback> posted_ ABSL_GUARDED_BY(mu_);
};

}  // namespace sm

#endif  // SM_BOOTSTRAP_BASE_EVENT_LOOP_H_
