// How a child comes to be:
//
//   parent: prepare argv, envp, descriptors, a stack      (may allocate, may fail)
//   parent: block all signals, clone(CLONE_VM | CLONE_VFORK)
//   child:  signals, group, death signal, streams, directory, execve  (system calls only)
//   parent: continues when the child has called execve() or has exited; restores its mask
//
// The child borrows our memory, so nothing is copied and the cost does not depend on our size, and
// it runs on a stack of its own, so it cannot damage the frames of the suspended thread. Because
// the parent sleeps until the child is through, a failure record in shared memory says all that a
// close-on-exec pipe would say, without two descriptors that could run out, and cannot be held open
// by anybody else: an untouched record means that execve() succeeded. For the same reason there is
// no gate to open: nothing of the program runs before its pid is known, except its own start.
//
// Everything the child does is a raw system call. Library functions could take locks that another
// thread holds, and sanitizers' wrappers would record the child's descriptors and signals as ours.
#include "bootstrap/process/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "bootstrap/base/unique_fd.h"

// The child must not touch a sanitizer's per-thread state: it is its parent's.
#if defined(__clang__)
#define SM_RAW_CHILD __attribute__((disable_sanitizer_instrumentation))
#else
#define SM_RAW_CHILD __attribute__((no_sanitize("address", "thread", "undefined")))
#endif

// libc's clone() by its other name, which sanitizers do not wrap: ThreadSanitizer believes that
// every child has a copy of the memory, and would release its own locks a second time in ours.
extern "C" int UnwrappedClone(int (*function)(void*), void* stack, int flags, void* argument,
                              ...) __asm__("__clone");

namespace sm {
namespace {

constexpr size_t kStackBytes = size_t{64} << 10;
constexpr int kLastSignal = 64;
constexpr size_t kKernelMaskBytes = 8;

// All that the child needs, made before it exists, and what it leaves behind.
struct ChildPlan {
  const char* program = nullptr;
  char* const* argv = nullptr;
  char* const* envp = nullptr;
  const char* directory = nullptr;  // null: stay
  int stdio[3] = {-1, -1, -1};      // all above 2, so that no dup2() overwrites a later source
  pid_t parent = 0;
  // Written by the child, read after clone() has returned: volatile keeps both honest.
  volatile bool failed = false;
  volatile int stage = 0;
  volatile int error = 0;
};

SM_RAW_CHILD int Fail(ChildPlan* plan, SpawnStage stage, int error) {
  plan->stage = static_cast<int>(stage);
  plan->error = error;
  plan->failed = true;
  return 127;
}

SM_RAW_CHILD void ResetSignals() {
  // The kernel's struct sigaction, whatever its size here: all zeros is SIG_DFL without flags.
  // Handlers must be gone before the mask opens, since they would run in our parent's memory.
  static constexpr uint64_t kDefaultAction[8] = {};
  for (int64_t signo = 1; signo <= kLastSignal; ++signo) {
    syscall(SYS_rt_sigaction, signo, kDefaultAction, nullptr, kKernelMaskBytes);
  }
  const uint64_t none = 0;
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, nullptr, kKernelMaskBytes);
}

// A signal that says that our parent has died is of no use when it died before we asked for it.
SM_RAW_CHILD bool TieToParent(const ChildPlan* plan) {
  if (syscall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) return false;
  int64_t parent = syscall(SYS_getppid);
  // 0: the parent lives in an outer PID namespace, from where its number cannot be seen.
  return parent == plan->parent || parent == 0;
}

// What getdents64() fills in.
struct DirectoryEntry {
  uint64_t inode;
  int64_t offset;
  uint16_t length;
  uint8_t type;
  char name[];
};

SM_RAW_CHILD int ParseDescriptor(const char* name) {
  int fd = 0;
  if (*name == '\0') return -1;
  for (; *name != '\0'; ++name) {
    if (*name < '0' || *name > '9') return -1;
    fd = fd * 10 + (*name - '0');
  }
  return fd;
}

// For kernels before 5.11. Counting up to the limit on descriptors would take 100 ms and more.
SM_RAW_CHILD void MarkListedDescriptorsCloseOnExec() {
  int64_t directory =
      syscall(SYS_openat, AT_FDCWD, "/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  if (directory < 0) return;
  alignas(DirectoryEntry) char buffer[4096];
  int64_t bytes;
  while ((bytes = syscall(SYS_getdents64, directory, buffer, sizeof buffer)) > 0) {
    for (int64_t at = 0; at < bytes;) {
      const auto* entry = reinterpret_cast<const DirectoryEntry*>(buffer + at);
      int fd = ParseDescriptor(entry->name);
      if (fd > 2) syscall(SYS_fcntl, fd, F_SETFD, FD_CLOEXEC);
      at += entry->length;
    }
  }
}

// Everything of ours is opened close-on-exec; this is the net for what libraries open.
SM_RAW_CHILD void MarkDescriptorsCloseOnExec() {
  if (syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC) != 0) {
    MarkListedDescriptorsCloseOnExec();
  }
}

SM_RAW_CHILD int RunChild(void* argument) {
  auto* plan = static_cast<ChildPlan*>(argument);
  ResetSignals();
  if (syscall(SYS_setpgid, 0, 0) != 0) return Fail(plan, SpawnStage::kPrepare, errno);
  if (!TieToParent(plan)) return Fail(plan, SpawnStage::kParentGone, ESRCH);
  for (int target = 0; target < 3; ++target) {
    if (syscall(SYS_dup3, plan->stdio[target], target, 0) < 0) {
      return Fail(plan, SpawnStage::kStdio, errno);
    }
  }
  if (plan->directory != nullptr && syscall(SYS_chdir, plan->directory) != 0) {
    return Fail(plan, SpawnStage::kDirectory, errno);
  }
  MarkDescriptorsCloseOnExec();
  syscall(SYS_execve, plan->program, plan->argv, plan->envp);
  return Fail(plan, SpawnStage::kExec, errno);
}

class Stack {
 public:
  Stack()
      : base_(mmap(nullptr, kStackBytes, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0)) {}
  ~Stack() {
    if (valid()) munmap(base_, kStackBytes);
  }
  Stack(const Stack&) = delete;
  Stack& operator=(const Stack&) = delete;

  bool valid() const { return base_ != MAP_FAILED; }
  void* top() const { return static_cast<char*>(base_) + kStackBytes; }

 private:
  void* base_;
};

// Returns the child's pid, or -1 with *error. Every signal is blocked meanwhile, those too that
// libc hides from pthread_sigmask(): a handler in the child would run on our data.
pid_t Clone(ChildPlan& plan, const Stack& stack, int* error) {
  const uint64_t all = ~uint64_t{0};
  uint64_t before = 0;
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, &before, kKernelMaskBytes);
  pid_t pid = UnwrappedClone(RunChild, stack.top(), CLONE_VM | CLONE_VFORK | SIGCHLD, &plan);
  *error = errno;
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &before, nullptr, kKernelMaskBytes);
  return pid;
}

// The exception to "only the Reaper waits": this child never became a program, nobody knows of it,
// and the Reaper runs on this same thread, so it cannot have been quicker.
void ReapFailedChild(pid_t pid) {
  while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
}

// Sources for the three streams, each above 2 whichever of 0, 1, 2 are open here.
class StdioSources {
 public:
  // Returns 0 or errno.
  int Prepare(const SpawnIo& io) {
    const int wanted[3] = {io.in, io.out, io.err};
    for (int i = 0; i < 3; ++i) {
      if (wanted[i] > 2) {
        fds_[i] = wanted[i];
        continue;
      }
      UniqueFd null;
      if (wanted[i] < 0) {
        null.Reset(open("/dev/null", O_RDWR | O_CLOEXEC));
        if (!null.valid()) return errno;
      }
      owned_[i].Reset(fcntl(null.valid() ? null.get() : wanted[i], F_DUPFD_CLOEXEC, 3));
      if (!owned_[i].valid()) return errno;
      fds_[i] = owned_[i].get();
    }
    return 0;
  }
  int operator[](int i) const { return fds_[i]; }

 private:
  std::array<UniqueFd, 3> owned_;
  std::array<int, 3> fds_ = {-1, -1, -1};
};

bool HasNul(absl::string_view text) { return text.find('\0') != absl::string_view::npos; }

// execve() would silently cut a string at its NUL, and some kernels refuse an empty argv.
bool IsRunnable(const Command& command) {
  if (command.argv.empty() || HasNul(command.program) || HasNul(command.directory)) return false;
  for (const std::string& argument : command.argv) {
    if (HasNul(argument)) return false;
  }
  for (const auto& [name, value] : command.env) {
    if (HasNul(name) || HasNul(value)) return false;
  }
  return true;
}

std::vector<char*> Pointers(const std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 1);
  for (const std::string& text : strings) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

std::variant<pid_t, NotStarted> Spawn(const Command& command, const SpawnIo& io) {
  if (!IsRunnable(command)) return NotStarted{SpawnStage::kPrepare, EINVAL};
  StdioSources stdio;
  if (int error = stdio.Prepare(io); error != 0) return NotStarted{SpawnStage::kStdio, error};
  Stack stack;
  if (!stack.valid()) return NotStarted{SpawnStage::kPrepare, errno};
  std::vector<std::string> environment = ToEnvironStrings(command.env);
  std::vector<char*> argv = Pointers(command.argv);
  std::vector<char*> envp = Pointers(environment);

  ChildPlan plan;
  plan.program = command.program.c_str();
  plan.argv = argv.data();
  plan.envp = envp.data();
  if (!command.directory.empty()) plan.directory = command.directory.c_str();
  for (int i = 0; i < 3; ++i) plan.stdio[i] = stdio[i];
  plan.parent = getpid();

  int error = 0;
  pid_t pid = Clone(plan, stack, &error);
  if (pid < 0) return NotStarted{SpawnStage::kClone, error};
  if (plan.failed) {
    ReapFailedChild(pid);
    return NotStarted{static_cast<SpawnStage>(plan.stage), plan.error};
  }
  return pid;
}

}  // namespace sm
