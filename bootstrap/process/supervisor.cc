#include "bootstrap/process/supervisor.h"

#include <errno.h>
#include <signal.h>
#include <time.h>

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "bootstrap/base/log.h"
#include "bootstrap/process/signals.h"
#include "bootstrap/process/spawn.h"

namespace sm {
namespace {

constexpr absl::Duration kDestructorPatience = absl::Seconds(5);

// Sleeps until a child may have ended, 10 ms at most. Takes the signal from under the loop, which
// is all right for someone who reaps next.
void AwaitChildSignal() {
  sigset_t child;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  const timespec patience = absl::ToTimespec(absl::Milliseconds(10));
  sigtimedwait(&child, nullptr, &patience);
}

// The errno that stands for a failure to open the pipes or the log file; its text is in the log.
int ErrnoFor(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kResourceExhausted:
      return EMFILE;
    case absl::StatusCode::kNotFound:
      return ENOENT;
    case absl::StatusCode::kPermissionDenied:
      return EACCES;
    default:
      return EIO;
  }
}

}  // namespace

struct Supervisor::Impl : std::enable_shared_from_this<Supervisor::Impl> {
  Impl(EventLoop& loop, Reaper& reaper, OutputPump& pump, ExitCallback on_exit)
      : loop(loop), reaper(reaper), pump(pump), on_exit(std::move(on_exit)) {}

  void Start(size_t index, const Task& task);
  void Ended(size_t index, const ExitResult& result);
  void ChildEnded(pid_t pid, const ExitResult& result);
  void Stop(int signo, absl::Duration grace);
  void SignalAll(int signo);
  void ForgetEmptyGroups();
  void Abandon();

  EventLoop& loop;
  Reaper& reaper;
  OutputPump& pump;
  const ExitCallback on_exit;

  int running = 0;                    // tasks not ended, those too that only await their report
  std::map<pid_t, size_t> processes;  // of the tasks that run
  // Groups whose leader has ended and who still have members. As long as they have, the kernel
  // gives their number to nobody else; that is why empty ones are forgotten.
  std::vector<pid_t> leftovers;
  bool stopping = false;
  bool abandoned = false;
  MonotonicTime kill_at;
  EventLoop::TimerId kill_timer = 0;
};

void Supervisor::Impl::Start(size_t index, const Task& task) {
  auto report = [this, index](NotStarted failure) {
    loop.Post([weak = weak_from_this(), index, failure] {
      if (auto self = weak.lock()) self->Ended(index, failure);
    });
  };
  ++running;
  absl::StatusOr<ChildStdio> stdio = pump.Open(task.output);
  if (!stdio.ok()) {
    log::Error(absl::StrCat(task.command.program, ": ", stdio.status().message()));
    return report({SpawnStage::kPrepare, ErrnoFor(stdio.status())});
  }
  auto spawned = Spawn(task.command, {.out = stdio->out.get(), .err = stdio->err.get()});
  if (const auto* failure = std::get_if<NotStarted>(&spawned)) return report(*failure);
  pid_t pid = std::get<pid_t>(spawned);
  processes.emplace(pid, index);
  reaper.Expect(pid, [weak = weak_from_this(), pid](const ExitResult& result) {
    if (auto self = weak.lock()) self->ChildEnded(pid, result);
  });
}

void Supervisor::Impl::ChildEnded(pid_t pid, const ExitResult& result) {
  auto node = processes.extract(pid);
  ForgetEmptyGroups();
  if (SignalGroup(pid, 0)) leftovers.push_back(pid);
  Ended(node.mapped(), result);
}

void Supervisor::Impl::Ended(size_t index, const ExitResult& result) {
  --running;
  if (stopping && running == 0) {
    loop.Cancel(kill_timer);
    SignalAll(SIGKILL);
  }
  if (!abandoned) on_exit(index, result);
}

void Supervisor::Impl::Stop(int signo, absl::Duration grace) {
  if (running == 0) return SignalAll(SIGKILL);
  const MonotonicTime deadline = loop.Now() + grace;
  if (stopping && kill_at <= deadline) return;
  if (!stopping) {
    SignalAll(signo);
    SignalAll(SIGCONT);  // A process that is suspended could not act on it.
  }
  stopping = true;
  kill_at = deadline;
  loop.Cancel(kill_timer);
  if (grace <= absl::ZeroDuration()) return SignalAll(SIGKILL);
  kill_timer = loop.At(kill_at, [weak = weak_from_this()] {
    if (auto self = weak.lock()) self->SignalAll(SIGKILL);
  });
}

void Supervisor::Impl::SignalAll(int signo) {
  ForgetEmptyGroups();
  for (const auto& [pid, index] : processes) SignalGroup(pid, signo);
  for (pid_t pid : leftovers) SignalGroup(pid, signo);
}

void Supervisor::Impl::ForgetEmptyGroups() {
  std::erase_if(leftovers, [](pid_t pid) { return !SignalGroup(pid, 0); });
}

void Supervisor::Impl::Abandon() {
  abandoned = true;
  loop.Cancel(kill_timer);
  SignalAll(SIGKILL);
  const MonotonicTime deadline = SystemClock().Now() + kDestructorPatience;
  reaper.Reap();
  while (!processes.empty() && SystemClock().Now() < deadline) {
    AwaitChildSignal();
    reaper.Reap();
  }
  if (!processes.empty()) {
    log::Error(absl::StrCat(processes.size(), " processes did not end within ",
                            absl::FormatDuration(kDestructorPatience), " of SIGKILL"));
  }
}

Supervisor::Supervisor(EventLoop& loop, Reaper& reaper, OutputPump& pump, ExitCallback on_exit)
    : impl_(std::make_shared<Impl>(loop, reaper, pump, std::move(on_exit))) {}

Supervisor::~Supervisor() { impl_->Abandon(); }

void Supervisor::Start(std::vector<Task> tasks) {
  for (size_t i = 0; i < tasks.size(); ++i) impl_->Start(i, tasks[i]);
}

void Supervisor::Stop(int signo, absl::Duration grace) { impl_->Stop(signo, grace); }

void Supervisor::Signal(int signo) { impl_->SignalAll(signo); }

int Supervisor::running() const { return impl_->running; }

}  // namespace sm
