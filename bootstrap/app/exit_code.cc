#include "bootstrap/app/exit_code.h"

#include "bootstrap/base/overloaded.h"

namespace sm {

int ExitCodeFor(const Verdict& verdict) {
  if (!verdict.cause.has_value()) return kExitSuccess;
  return std::visit(Overloaded{
                        [](const RankFailed& failed) { return ToExitCode(failed.result); },
                        [](const HostFailed& failed) { return failed.exit_code; },
                        [](const HostLost&) { return kExitPeerLost; },
                        [](const Stopped& stopped) { return kExitSignalBase + stopped.signo; },
                    },
                    verdict.cause->kind);
}

}  // namespace sm
