// The exit codes of sm-bootstrap; docs/exit-codes.md explains them to users.
#ifndef SM_BOOTSTRAP_APP_EXIT_CODE_H_
#define SM_BOOTSTRAP_APP_EXIT_CODE_H_

#include "rendezvous/core/verdict.h"

namespace sm {

inline constexpr int kExitSuccess = 0;
// Wrong usage or configuration.
inline constexpr int kExitUsage = 2;
// A host, or the leader, was lost while the job ran (EX_UNAVAILABLE of sysexits.h).
inline constexpr int kExitPeerLost = 69;
// Not every host joined in time (EX_TEMPFAIL: trying again may help).
inline constexpr int kExitRendezvousTimeout = 75;
// The leader refused this host, or this host the leader (EX_PROTOCOL).
inline constexpr int kExitRefused = 76;
// An operating-system failure of our own, before anything was launched (EX_OSERR).
inline constexpr int kExitOsError = 71;
// Told to stop by signal n: 128 + n, as if the signal had ended us.
inline constexpr int kExitSignalBase = 128;

// What every host returns for `verdict`: 0, the root-cause rank's own code, or one of the above.
int ExitCodeFor(const Verdict& verdict);

}  // namespace sm

#endif  // SM_BOOTSTRAP_APP_EXIT_CODE_H_
