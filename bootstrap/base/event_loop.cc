#include "bootstrap/base/event_loop.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "bootstrap/base/errno_status.h"
#include "bootstrap/base/status_macros.h"

namespace sm {
namespace {

constexpr uint64_t kWakeup = 0;  // WatchIds begin at 1

absl::Status AddToEpoll(int epoll, int fd, uint64_t id) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = id;
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0) {
    return ErrnoStatus(errno, absl::StrCat("epoll: add descriptor ", fd));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<EventLoop>> EventLoop::Create(const Clock& clock) {
  UniqueFd epoll(epoll_create1(EPOLL_CLOEXEC));
  if (!epoll.valid()) return ErrnoStatus(errno, "epoll_create1");
  UniqueFd wakeup(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wakeup.valid()) return ErrnoStatus(errno, "eventfd");
  SM_RETURN_IF_ERROR(AddToEpoll(epoll.get(), wakeup.get(), kWakeup));
  return std::unique_ptr<EventLoop>(new EventLoop(clock, std::move(epoll), std::move(wakeup)));
}

EventLoop::EventLoop(const Clock& clock, UniqueFd epoll, UniqueFd wakeup)
    : clock_(clock), epoll_(std::move(epoll)), wakeup_(std::move(wakeup)) {
  MutexLock lock(lifeline_->mu);
  lifeline_->loop = this;
}

EventLoop::~EventLoop() {
  MutexLock lock(lifeline_->mu);
  lifeline_->loop = nullptr;
}

void EventLoop::Run() {
  quit_ = false;
  epoll_event events[64];
  while (!quit_) {
    int count = epoll_wait(epoll_.get(), events, 64, TimeoutMilliseconds());
    for (int i = 0; i < count && !quit_; ++i) {
      // An id, not the descriptor: an earlier callback of this round may have closed that one and
      // opened another under the same number.
      uint64_t id = events[i].data.u64;
      if (id == kWakeup) {
        RunPosted();
      } else if (auto watch = watches_.find(id); watch != watches_.end()) {
        // A copy, since the callback may unwatch itself.
        std::shared_ptr<Callback> callback = watch->second;
        (*callback)();
      }
    }
    if (!quit_) RunDueTimers();
  }
}

void EventLoop::Post(Callback callback) {
  {
    MutexLock lock(mu_);
    posted_.push_back(std::move(callback));
  }
  Wake();
}

std::function<void(EventLoop::Callback)> EventLoop::Poster() {
  return [lifeline = lifeline_](Callback callback) {
    MutexLock lock(lifeline->mu);
    if (lifeline->loop != nullptr) lifeline->loop->Post(std::move(callback));
  };
}

EventLoop::TimerId EventLoop::At(MonotonicTime deadline, Callback callback) {
  TimerId id = next_timer_++;
  timers_.emplace(std::make_pair(deadline, id), std::move(callback));
  deadlines_.emplace(id, deadline);
  return id;
}

void EventLoop::Cancel(TimerId timer) {
  auto it = deadlines_.find(timer);
  if (it == deadlines_.end()) return;
  timers_.erase({it->second, timer});
  deadlines_.erase(it);
}

absl::Status EventLoop::WatchReadable(int fd, Callback callback) {
  uint64_t id = next_watch_;
  absl::Status added = AddToEpoll(epoll_.get(), fd, id);
  if (!added.ok()) return added;
  ++next_watch_;
  watch_ids_[fd] = id;
  watches_.emplace(id, std::make_shared<Callback>(std::move(callback)));
  return absl::OkStatus();
}

void EventLoop::Unwatch(int fd) {
  auto id = watch_ids_.extract(fd);
  if (id.empty()) return;
  watches_.erase(id.mapped());
  epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
}

int EventLoop::TimeoutMilliseconds() const {
  if (timers_.empty()) return -1;
  absl::Duration wait = timers_.begin()->first.first - clock_.Now();
  // Rounded up, or the loop would spin through the last millisecond.
  int64_t milliseconds = absl::ToInt64Milliseconds(
      absl::Ceil(std::max(wait, absl::ZeroDuration()), absl::Milliseconds(1)));
  return static_cast<int>(std::min<int64_t>(milliseconds, 3'600'000));
}

void EventLoop::RunDueTimers() {
  MonotonicTime now = clock_.Now();
  while (!quit_ && !timers_.empty() && timers_.begin()->first.first <= now) {
    auto node = timers_.extract(timers_.begin());
    deadlines_.erase(node.key().second);
    node.mapped()();
  }
}

void EventLoop::RunPosted() {
  uint64_t count = 0;
  [[maybe_unused]] ssize_t got = read(wakeup_.get(), &count, sizeof count);
  std::vector<Callback> work;
  {
    MutexLock lock(mu_);
    work.swap(posted_);
  }
  auto next = work.begin();
  while (next != work.end() && !quit_) (*next++)();
  work.erase(work.begin(), next);
  if (!work.empty()) KeepForNextRun(std::move(work));
}

void EventLoop::KeepForNextRun(std::vector<Callback> work) {
  {
    MutexLock lock(mu_);
    posted_.insert(posted_.begin(), std::make_move_iterator(work.begin()),
                   std::make_move_iterator(work.end()));
  }
  Wake();
}

void EventLoop::Wake() {
  uint64_t one = 1;
  // Fails only when the counter is at its limit, and then the loop is awake anyway.
  [[maybe_unused]] ssize_t written = write(wakeup_.get(), &one, sizeof one);
}

}  // namespace sm
