#include "rendezvous/client/worker.h"

namespace sm::rendezvous {

Worker::Worker(const Clock& clock) : clock_(clock), thread_([this] { Run(); }) {}

Worker::~Worker() {
  {
    MutexLock lock(mu_);
    stopping_ = true;
    changed_.NotifyAll();
  }
  thread_.join();
}

void Worker::At(MonotonicTime time, std::function<void()> task) {
  MutexLock lock(mu_);
  auto added = tasks_.emplace(std::pair(time, next_task_++), std::move(task)).first;
  if (added == tasks_.begin()) changed_.NotifyAll();
}

void Worker::Run() {
  MutexLock lock(mu_);
  while (!stopping_) {
    if (tasks_.empty()) {
      changed_.WaitUntil(mu_, MonotonicTime::InfiniteFuture());
      continue;
    }
    MonotonicTime due = tasks_.begin()->first.first;
    if (clock_.Now() < due) {
      changed_.WaitUntil(mu_, due);
      continue;
    }
    auto node = tasks_.extract(tasks_.begin());
    mu_.Unlock();
    node.mapped()();
    node = {};  // what the task held goes away without the lock
    mu_.Lock();
  }
}

}  // namespace sm::rendezvous
