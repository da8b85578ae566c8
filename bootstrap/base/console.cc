#include "bootstrap/base/console.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include <mutex>

#include "absl/strings/str_cat.h"
#include "bootstrap/base/errno_status.h"

namespace sm {
namespace {

// One lock for both descriptors, since both may be the same pipe. Timed, so that the log can give
// up; std::timed_mutex has no annotated wrapper because this file is its only user.
std::timed_mutex& ConsoleMutex() {
  static std::timed_mutex mutex;
  return mutex;
}

absl::Status WriteLocked(int fd, absl::string_view data, bool (*interrupted)()) {
  while (!data.empty()) {
    ssize_t n = write(fd, data.data(), data.size());
    if (n >= 0) {
      data.remove_prefix(static_cast<size_t>(n));
    } else if (errno == EINTR) {
      if (interrupted != nullptr && interrupted()) return absl::AbortedError("write interrupted");
    } else if (errno == EAGAIN) {  // Someone made the shared open file non-blocking.
      pollfd ready{.fd = fd, .events = POLLOUT, .revents = 0};
      poll(&ready, 1, -1);
      if (interrupted != nullptr && interrupted()) return absl::AbortedError("write interrupted");
    } else {
      return ErrnoStatus(errno, absl::StrCat("write to descriptor ", fd));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status WriteToConsole(int fd, absl::string_view data, bool (*interrupted)()) {
  std::lock_guard lock(ConsoleMutex());
  return WriteLocked(fd, data, interrupted);
}

absl::Status TryWriteToConsole(int fd, absl::string_view data, absl::Duration patience) {
  std::unique_lock lock(ConsoleMutex(), absl::ToChronoNanoseconds(patience));
  if (!lock.owns_lock()) return absl::DeadlineExceededError("console is busy");
  pollfd ready{.fd = fd, .events = POLLOUT, .revents = 0};
  if (poll(&ready, 1, static_cast<int>(absl::ToInt64Milliseconds(patience))) == 0) {
    return absl::DeadlineExceededError("console is full");
  }
  return WriteLocked(fd, data, nullptr);
}

}  // namespace sm
