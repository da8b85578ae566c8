#include "bootstrap/process/exit_result.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>

#include "absl/strings/str_cat.h"
#include "bootstrap/base/overloaded.h"

namespace sm {
namespace {

absl::string_view StageName(SpawnStage stage) {
  switch (stage) {
    case SpawnStage::kPrepare:
      return "prepare";
    case SpawnStage::kClone:
      return "clone";
    case SpawnStage::kParentGone:
      return "parent-death signal";
    case SpawnStage::kDirectory:
      return "chdir";
    case SpawnStage::kStdio:
      return "redirect standard streams";
    case SpawnStage::kExec:
      return "execve";
  }
  return "unknown stage";
}

}  // namespace

bool Succeeded(const ExitResult& result) {
  const auto* exited = std::get_if<Exited>(&result);
  return exited != nullptr && exited->code == 0;
}

int ToExitCode(const ExitResult& result) {
  return std::visit(Overloaded{
                        [](const Exited& e) { return e.code; },
                        [](const Signaled& s) { return 128 + s.signo; },
                        [](const NotStarted& n) {
                          return n.stage == SpawnStage::kExec && n.error == ENOENT ? 127 : 126;
                        },
                    },
                    result);
}

ExitResult FromWaitStatus(int status) {
  if (WIFSIGNALED(status)) {
    return Signaled{.signo = WTERMSIG(status), .core_dumped = WCOREDUMP(status) != 0};
  }
  return Exited{.code = WEXITSTATUS(status)};
}

std::string Describe(const ExitResult& result) {
  return std::visit(Overloaded{
                        [](const Exited& e) { return absl::StrCat("exited with code ", e.code); },
                        [](const Signaled& s) {
                          return absl::StrCat("was killed by ", SignalName(s.signo),
                                              s.core_dumped ? " (core dumped)" : "");
                        },
                        [](const NotStarted& n) {
                          char text[128] = "";
                          return absl::StrCat("could not be started: ", StageName(n.stage), ": ",
                                              strerror_r(n.error, text, sizeof text));
                        },
                    },
                    result);
}

std::string SignalName(int signo) {
  const char* abbreviation = sigabbrev_np(signo);
  return abbreviation != nullptr ? absl::StrCat("SIG", abbreviation)
                                 : absl::StrCat("signal ", signo);
}

}  // namespace sm
