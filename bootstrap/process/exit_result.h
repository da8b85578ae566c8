// How a child ended, as data. Nothing here decides what that means for the job.
#ifndef SM_BOOTSTRAP_PROCESS_EXIT_RESULT_H_
#define SM_BOOTSTRAP_PROCESS_EXIT_RESULT_H_

#include <string>
#include <variant>

namespace sm {

// The child called exit(code) or returned from main; 0 <= code <= 255.
struct Exited {
  int code = 0;
  bool operator==(const Exited&) const = default;
};

// A signal ended the child.
struct Signaled {
  int signo = 0;
  bool core_dumped = false;
  bool operator==(const Signaled&) const = default;
};

// The step of starting a child that failed, before the program's first instruction.
enum class SpawnStage { kPrepare, kClone, kParentGone, kDirectory, kStdio, kExec };

// The program never ran.
struct NotStarted {
  SpawnStage stage = SpawnStage::kExec;
  int error = 0;  // errno
  bool operator==(const NotStarted&) const = default;
};

using ExitResult = std::variant<Exited, Signaled, NotStarted>;

// Exited with code 0.
bool Succeeded(const ExitResult& result);

// The code that a shell reports: the exit code; 128 + n for signal n; for a program that did not
// start 127 when it was not found, else 126. The convention appears here and nowhere else.
int ToExitCode(const ExitResult& result);

// From waitpid()'s status word of a child that has ended.
ExitResult FromWaitStatus(int status);

// "exited with code 3", "was killed by SIGSEGV (core dumped)", "could not be started: execve: No
// such file or directory": completes a sentence that begins with the name of the process.
std::string Describe(const ExitResult& result);

// "SIGTERM" for 15, "signal 63" for a number without a name of its own.
std::string SignalName(int signo);

}  // namespace sm

#endif  // SM_BOOTSTRAP_PROCESS_EXIT_RESULT_H_
