// The one place where errno becomes an absl::Status.
#ifndef SM_BOOTSTRAP_BASE_ERRNO_STATUS_H_
#define SM_BOOTSTRAP_BASE_ERRNO_STATUS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace sm {

// A status whose code is Abseil's mapping of `error` (an errno value) and whose message reads
// "<what>: <description of error>". `what` names the operation and its object, for example
// "open /opt/ml/input/config/resourceconfig.json".
absl::Status ErrnoStatus(int error, absl::string_view what);

}  // namespace sm

#endif  // SM_BOOTSTRAP_BASE_ERRNO_STATUS_H_
