#include "bootstrap/process/signals.h"

#include <errno.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <utility>
#include <vector>

#include "bootstrap/base/errno_status.h"
#include "bootstrap/base/status_macros.h"

namespace sm {
namespace {

sigset_t WatchedSignals() {
  sigset_t set;
  sigemptyset(&set);
  for (int signo : {SIGTERM, SIGINT, SIGHUP, SIGCHLD}) sigaddset(&set, signo);
  return set;
}

bool IsIgnored(int signo) {
  struct sigaction action {};
  sigaction(signo, nullptr, &action);
  return action.sa_handler == SIG_IGN;
}

}  // namespace

void BlockSignals() {
  signal(SIGPIPE, SIG_IGN);
  // Inherited as ignored, it would make the kernel throw our children's exit codes away.
  signal(SIGCHLD, SIG_DFL);
  sigset_t set = WatchedSignals();
  // A blocked signal is queued even when it is ignored, so nohup would have no effect.
  if (IsIgnored(SIGHUP)) sigdelset(&set, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

bool SignalGroup(pid_t leader, int signo) {
  if (leader <= 1) return false;
  return kill(-leader, signo) == 0 || errno == EPERM;
}

absl::StatusOr<std::unique_ptr<SignalWatcher>> SignalWatcher::Create(EventLoop& loop,
                                                                     Handlers handlers) {
  sigset_t set = WatchedSignals();
  UniqueFd fd(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd.valid()) return ErrnoStatus(errno, "signalfd");
  std::unique_ptr<SignalWatcher> watcher(
      new SignalWatcher(loop, std::move(fd), std::move(handlers)));
  SM_RETURN_IF_ERROR(
      loop.WatchReadable(watcher->fd_.get(), [raw = watcher.get()] { raw->Read(); }));
  return watcher;
}

SignalWatcher::SignalWatcher(EventLoop& loop, UniqueFd fd, Handlers handlers)
    : loop_(loop), fd_(std::move(fd)), handlers_(std::move(handlers)) {}

SignalWatcher::~SignalWatcher() { loop_.Unwatch(fd_.get()); }

void SignalWatcher::Read() {
  signalfd_siginfo infos[16];
  bool child = false;
  std::vector<int> stops;
  ssize_t bytes;
  while ((bytes = read(fd_.get(), infos, sizeof infos)) > 0) {
    for (size_t i = 0; i < static_cast<size_t>(bytes) / sizeof infos[0]; ++i) {
      int signo = static_cast<int>(infos[i].ssi_signo);
      if (signo == SIGCHLD) {
        child = true;
      } else {
        stops.push_back(signo);
      }
    }
  }
  if (child && handlers_.on_child) handlers_.on_child();
  for (int signo : stops) {
    if (handlers_.on_stop) handlers_.on_stop(signo);
  }
}

}  // namespace sm
