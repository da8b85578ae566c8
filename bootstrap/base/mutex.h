// std::mutex and std::condition_variable with clang's thread-safety annotations.
//
// Not absl::Mutex: distributions ship Abseil built without ThreadSanitizer support, which then sees
// none of the ordering that absl::Mutex establishes and reports every use as a race. The pthread
// primitives below are intercepted, so our TSan build checks what really happens.
#ifndef SM_BOOTSTRAP_BASE_MUTEX_H_
#define SM_BOOTSTRAP_BASE_MUTEX_H_

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "bootstrap/base/clock.h"

namespace sm {

class ABSL_LOCKABLE Mutex {
 public:
  void Lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() { mu_.lock(); }
  void Unlock() ABSL_UNLOCK_FUNCTION() { mu_.unlock(); }

 private:
  friend class CondVar;
  std::mutex mu_;
};

// Holds `mu` for the length of a scope.
class ABSL_SCOPED_LOCKABLE MutexLock {
 public:
  explicit MutexLock(Mutex& mu) ABSL_EXCLUSIVE_LOCK_FUNCTION(mu) : mu_(mu) { mu_.Lock(); }
  ~MutexLock() ABSL_UNLOCK_FUNCTION() { mu_.Unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mu_;
};

class CondVar {
 public:
  // Releases `mu`, sleeps until a notification or until `deadline`, and takes `mu` again. May wake
  // without cause: call it in a loop that tests the condition. InfiniteFuture() sleeps without
  // bound, for threads whose owner notifies them to end.
  void WaitUntil(Mutex& mu, MonotonicTime deadline) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) {
    std::unique_lock<std::mutex> lock(mu.mu_, std::adopt_lock);
    if (deadline == MonotonicTime::InfiniteFuture()) {
      cv_.wait(lock);
    } else {
      cv_.wait_until(lock, std::chrono::steady_clock::time_point(
                               absl::ToChronoNanoseconds(deadline.since_boot())));
    }
    lock.release();
  }
  void NotifyAll() { cv_.notify_all(); }

 private:
  std::condition_variable cv_;
};

}  // namespace sm

#endif  // SM_BOOTSTRAP_BASE_MUTEX_H_
