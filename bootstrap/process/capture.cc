#include "bootstrap/process/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "bootstrap/base/clock.h"
#include "bootstrap/base/errno_status.h"
#include "bootstrap/base/find_program.h"
#include "bootstrap/base/status_macros.h"
#include "bootstrap/base/unique_fd.h"
#include "bootstrap/process/exit_result.h"
#include "bootstrap/process/signals.h"
#include "bootstrap/process/spawn.h"

namespace sm {
namespace {

constexpr size_t kMaxBytes = size_t{16} << 20;
// How often we look for the end of a child where the kernel (before 5.3) cannot tell us.
constexpr absl::Duration kLookInterval = absl::Milliseconds(10);

// One tool and what it has printed so far.
class Capture {
 public:
  Capture(std::string name, pid_t pid, UniqueFd pipe)
      : name_(std::move(name)),
        pid_(pid),
        pipe_(std::move(pipe)),
        pidfd_(static_cast<int>(syscall(SYS_pidfd_open, pid, 0))) {}

  // Kills the group while the child, perhaps a zombie, still keeps its number from being reused.
  ~Capture() {
    SignalGroup(pid_, SIGKILL);
    int status;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
  }
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;

  absl::StatusOr<std::string> Await(absl::Duration timeout) {
    const MonotonicTime deadline = SystemClock().Now() + timeout;
    while (!HasEnded()) {
      SM_RETURN_IF_ERROR(ReadAvailable());
      absl::Duration left = deadline - SystemClock().Now();
      if (left <= absl::ZeroDuration()) {
        return absl::DeadlineExceededError(
            absl::StrCat(name_, ": did not end within ", absl::FormatDuration(timeout)));
      }
      Sleep(left);
    }
    SM_RETURN_IF_ERROR(ReadAvailable());  // The last words.
    if (Succeeded(result_)) return std::move(output_);
    return absl::UnknownError(absl::StrCat(name_, " ", Describe(result_)));
  }

 private:
  // Leaves the zombie in its place, for the destructor.
  bool HasEnded() {
    siginfo_t info{};
    const auto id = static_cast<id_t>(pid_);
    if (waitid(P_PID, id, &info, WEXITED | WNOHANG | WNOWAIT) != 0) {
      result_ = NotStarted{SpawnStage::kPrepare, errno};  // Somebody else collected it.
      return true;
    }
    if (info.si_pid == 0) return false;
    if (info.si_code == CLD_EXITED) {
      result_ = Exited{info.si_status};
    } else {
      result_ = Signaled{info.si_status, info.si_code == CLD_DUMPED};
    }
    return true;
  }

  absl::Status ReadAvailable() {
    char buffer[1 << 14];
    while (pipe_.valid()) {
      ssize_t n = read(pipe_.get(), buffer, sizeof buffer);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0 && errno == EAGAIN) return absl::OkStatus();
      if (n <= 0) {
        pipe_.Reset();
        return absl::OkStatus();
      }
      output_.append(buffer, static_cast<size_t>(n));
      if (output_.size() > kMaxBytes) {
        return absl::ResourceExhaustedError(
            absl::StrCat(name_, ": printed more than ", kMaxBytes, " bytes"));
      }
    }
    return absl::OkStatus();
  }

  // Until there is output, the child has ended, or `left` is over.
  void Sleep(absl::Duration left) {
    pollfd events[2] = {{.fd = pipe_.get(), .events = POLLIN, .revents = 0},
                        {.fd = pidfd_.get(), .events = POLLIN, .revents = 0}};
    if (!pidfd_.valid()) left = std::min(left, kLookInterval);
    left = std::min(left, absl::Hours(1));
    poll(events, 2, static_cast<int>(absl::ToInt64Milliseconds(left)) + 1);
  }

  const std::string name_;
  const pid_t pid_;
  UniqueFd pipe_;
  const UniqueFd pidfd_;
  std::string output_;
  ExitResult result_ = Exited{0};
};

// Our stderr, or /dev/null when that is closed.
int ErrorStream() { return fcntl(STDERR_FILENO, F_GETFD) >= 0 ? STDERR_FILENO : -1; }

}  // namespace

absl::StatusOr<std::string> CaptureOutput(const std::vector<std::string>& argv, const EnvMap& env,
                                          absl::Duration timeout) {
  if (argv.empty()) return absl::InvalidArgumentError("capture: empty argv");
  Command command;
  std::optional<std::string> program = FindOnPath(argv[0], env);
  if (!program.has_value()) {
    return absl::NotFoundError(absl::StrCat("no program ", argv[0], " on the PATH"));
  }
  command.program = *std::move(program);
  command.argv = argv;
  command.env = env;
  int fds[2];
  if (pipe2(fds, O_CLOEXEC) != 0) return ErrnoStatus(errno, absl::StrCat(argv[0], ": pipe"));
  UniqueFd ours(fds[0]);
  UniqueFd childs(fds[1]);
  fcntl(ours.get(), F_SETFL, O_NONBLOCK);
  auto spawned = Spawn(command, {.out = childs.get(), .err = ErrorStream()});
  if (const auto* failure = std::get_if<NotStarted>(&spawned)) {
    return absl::UnknownError(absl::StrCat(argv[0], " ", Describe(*failure)));
  }
  childs.Reset();
  return Capture(argv[0], std::get<pid_t>(spawned), std::move(ours)).Await(timeout);
}

}  // namespace sm
