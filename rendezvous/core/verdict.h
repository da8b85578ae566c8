// Why a job ended, once for all hosts.
#ifndef SM_RENDEZVOUS_CORE_VERDICT_H_
#define SM_RENDEZVOUS_CORE_VERDICT_H_

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "bootstrap/process/exit_result.h"

namespace sm {

// A process of the job failed.
struct RankFailed {
  int rank = 0;
  std::string role = "worker";
  ExitResult result;
  bool operator==(const RankFailed&) const = default;
};
// A host could not get as far as launching; `phase` is the run's phase ("prepare"), `exit_code`
// what every host then returns.
struct HostFailed {
  std::string phase;
  int exit_code = 2;
  bool operator==(const HostFailed&) const = default;
};
// The stream of a host ended before its outcome was known.
struct HostLost {
  bool operator==(const HostLost&) const = default;
};
// Someone told a bootstrapper to stop.
struct Stopped {
  int signo = 0;
  bool operator==(const Stopped&) const = default;
};

// The root cause: the first failure in the order in which the leader learned of failures.
struct Cause {
  std::string host;
  std::variant<RankFailed, HostFailed, HostLost, Stopped> kind;
  std::string detail;  // free text for people, bounded; may be empty
  bool operator==(const Cause&) const = default;
};

// A job's one verdict: success when there is no cause.
struct Verdict {
  std::optional<Cause> cause;
  std::vector<std::string> unaccounted_hosts;  // never told how they ended
  bool operator==(const Verdict&) const = default;
};

// "rank 3 on algo-2 was killed by SIGKILL", "algo-2 was lost: …": one line, without a full stop.
std::string Describe(const Cause& cause);

}  // namespace sm

#endif  // SM_RENDEZVOUS_CORE_VERDICT_H_
