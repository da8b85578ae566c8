#include "bootstrap/base/console.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "bootstrap/base/clock.h"
#include "bootstrap/base/errno_status.h"
#include "bootstrap/base/mutex.h"

namespace sm {
namespace {

// The log's name; its lines are always complete.
constexpr ConsoleWriter kLogWriter = ~ConsoleWriter{0};

// One write is at most this long, so that a slow reader's progress can be seen.
constexpr size_t kMaxWriteBytes = size_t{64} << 10;

std::atomic<uint64_t> written_bytes = 0;

// What is known of one descriptor: whether its last byte was no newline, and whose byte it was.
struct OpenLine {
  bool open = false;
  ConsoleWriter writer = 0;
};

// Only whoever holds a descriptor writes to it; who holds one of two that lead to the same file
// holds both. Flags with a condition, for writers who give up. Not std::timed_mutex: GCC 12's
// ThreadSanitizer does not know its timed lock and reports every use.
class Console {
 public:
  // Which of the two flags guards `fd`.
  static int Slot(int fd) { return fd == STDERR_FILENO && !ConsoleIsOneFile() ? 1 : 0; }

  // Returns whether the slot is now the caller's, who releases it.
  bool Acquire(int slot, MonotonicTime deadline) ABSL_LOCKS_EXCLUDED(mu_) {
    MutexLock lock(mu_);
    while (taken_[slot]) {
      if (SystemClock().Now() >= deadline) return false;
      released_.WaitUntil(mu_, deadline);
    }
    taken_[slot] = true;
    return true;
  }
  void Release(int slot) ABSL_LOCKS_EXCLUDED(mu_) {
    MutexLock lock(mu_);
    taken_[slot] = false;
    released_.NotifyAll();
  }
  bool IsTaken() ABSL_LOCKS_EXCLUDED(mu_) {
    MutexLock lock(mu_);
    return taken_[0] || taken_[1];
  }

  // The holder's: what is known of `fd`, and of the other one when both are one file.
  OpenLine& line(int fd) { return lines_[fd == STDERR_FILENO ? 1 : 0]; }
  OpenLine& other(int fd) { return lines_[fd == STDERR_FILENO ? 0 : 1]; }

 private:
  Mutex mu_;
  CondVar released_;
  bool taken_[2] ABSL_GUARDED_BY(mu_) = {false, false};
  OpenLine lines_[2];
};

Console& TheConsole() {
  static Console console;
  return console;
}

int ToPollTimeout(absl::Duration wait) {
  return static_cast<int>(absl::ToInt64Milliseconds(std::max(wait, absl::ZeroDuration())));
}

// Waits for space, up to `patience`. A signal starts the wait anew, and so can only lengthen it.
bool AwaitSpace(int fd, absl::Duration patience) {
  pollfd ready{.fd = fd, .events = POLLOUT, .revents = 0};
  int count;
  do {
    count = poll(&ready, 1, ToPollTimeout(patience));
  } while (count < 0 && errno == EINTR);
  return count != 0;
}

// One write of a part of `data`, which it shortens. OK also when nothing could be written yet.
absl::Status WriteSome(int fd, absl::string_view& data, OpenLine& line, ConsoleWriter writer) {
  ssize_t n = write(fd, data.data(), std::min(data.size(), kMaxWriteBytes));
  if (n > 0) {
    written_bytes += static_cast<uint64_t>(n);
    line = {.open = data[static_cast<size_t>(n) - 1] != '\n', .writer = writer};
    data.remove_prefix(static_cast<size_t>(n));
  } else if (n < 0 && errno == EAGAIN) {  // Someone made the shared open file non-blocking.
    pollfd ready{.fd = fd, .events = POLLOUT, .revents = 0};
    if (poll(&ready, 1, -1) < 0) errno = EINTR;
  } else if (n < 0 && errno != EINTR) {
    return ErrnoStatus(errno, absl::StrCat("write to descriptor ", fd));
  }
  return absl::OkStatus();
}

absl::Status WriteAll(int fd, absl::string_view data, bool (*interrupted)(), OpenLine& line,
                      ConsoleWriter writer) {
  while (!data.empty()) {
    size_t before = data.size();
    absl::Status status = WriteSome(fd, data, line, writer);
    if (!status.ok()) return status;
    if (data.size() == before && interrupted != nullptr && interrupted()) {
      return absl::AbortedError("write interrupted");
    }
  }
  return absl::OkStatus();
}

// Whether a text of `writer` on `fd` would be glued to somebody else's line.
bool NeedsNewline(Console& console, int fd, ConsoleWriter writer) {
  if (console.line(fd).open && console.line(fd).writer != writer) return true;
  return ConsoleIsOneFile() && console.other(fd).open;
}

// Called by the holder, before each text.
absl::Status EndForeignLine(Console& console, int fd, bool (*interrupted)(), ConsoleWriter writer) {
  if (!NeedsNewline(console, fd, writer)) return absl::OkStatus();
  absl::Status status = WriteAll(fd, "\n", interrupted, console.line(fd), writer);
  if (status.ok() && ConsoleIsOneFile()) console.other(fd).open = false;
  return status;
}

// Takes the console unless `interrupted` says that it is not worth it any more.
bool Acquire(Console& console, int slot, bool (*interrupted)()) {
  if (interrupted == nullptr) return console.Acquire(slot, MonotonicTime::InfiniteFuture());
  while (!console.Acquire(slot, SystemClock().Now() + absl::Milliseconds(50))) {
    if (interrupted()) return false;
  }
  return true;
}

}  // namespace

ConsoleWriter NewConsoleWriter() {
  static std::atomic<ConsoleWriter> last = 0;
  return ++last;
}

bool ConsoleIsOneFile() {
  struct stat out {};
  struct stat err {};
  return fstat(STDOUT_FILENO, &out) == 0 && fstat(STDERR_FILENO, &err) == 0 &&
         out.st_dev == err.st_dev && out.st_ino == err.st_ino;
}

uint64_t ConsoleBytesWritten() { return written_bytes; }

bool ConsoleIsBusy() { return TheConsole().IsTaken(); }

absl::Status WriteToConsole(int fd, absl::string_view data, bool (*interrupted)(),
                            ConsoleWriter writer) {
  auto once = [&data] { return std::exchange(data, absl::string_view()); };
  return WritePiecesToConsole(fd, once, interrupted, writer);
}

absl::Status WritePiecesToConsole(int fd, absl::FunctionRef<absl::string_view()> next,
                                  bool (*interrupted)(), ConsoleWriter writer) {
  Console& console = TheConsole();
  const int slot = Console::Slot(fd);
  if (!Acquire(console, slot, interrupted)) return absl::AbortedError("console is busy");
  absl::Cleanup release = [&console, slot] { console.Release(slot); };
  absl::string_view piece = next();
  if (piece.empty()) return absl::OkStatus();
  absl::Status status = EndForeignLine(console, fd, interrupted, writer);
  for (; status.ok() && !piece.empty(); piece = next()) {
    status = WriteAll(fd, piece, interrupted, console.line(fd), writer);
  }
  return status;
}

absl::Status TryWriteToConsole(int fd, absl::string_view data, absl::Duration patience) {
  Console& console = TheConsole();
  const int slot = Console::Slot(fd);
  if (!console.Acquire(slot, SystemClock().Now() + patience)) {
    return absl::DeadlineExceededError("console is busy");
  }
  absl::Cleanup release = [&console, slot] { console.Release(slot); };
  if (!AwaitSpace(fd, patience)) return absl::DeadlineExceededError("console is full");
  absl::Status status = EndForeignLine(console, fd, nullptr, kLogWriter);
  // A pipe that polls as writable takes PIPE_BUF bytes without blocking, and promises no more.
  while (status.ok() && !data.empty()) {
    if (!AwaitSpace(fd, patience)) return absl::DeadlineExceededError("console is full");
    absl::string_view piece = data.substr(0, PIPE_BUF);
    status = WriteAll(fd, piece, nullptr, console.line(fd), kLogWriter);
    data.remove_prefix(piece.size());
  }
  return status;
}

}  // namespace sm
