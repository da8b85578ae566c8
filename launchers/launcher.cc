#include "launchers/launcher.h"

namespace sm {

absl::string_view LauncherName(LauncherKind kind) {
  switch (kind) {
    case LauncherKind::kScript:
      return "script";
    case LauncherKind::kWorkers:
      return "workers";
  }
  return "unknown";
}

}  // namespace sm
