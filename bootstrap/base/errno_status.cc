#include "bootstrap/base/errno_status.h"

namespace sm {

absl::Status ErrnoStatus(int error, absl::string_view what) {
  return absl::ErrnoToStatus(error, what);
}

}  // namespace sm
