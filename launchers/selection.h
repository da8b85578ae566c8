// Which launcher a job gets: what was asked for, else what its hyperparameters say.
#ifndef SM_LAUNCHERS_SELECTION_H_
#define SM_LAUNCHERS_SELECTION_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "bootstrap/config/json.h"
#include "launchers/launcher.h"

namespace sm {

struct LauncherSelection {
  LauncherKind kind = LauncherKind::kScript;
  std::string reason;  // for the log: "workers, since --launcher workers asks for it"
};

// `requested` is the launcher option: the name of a launcher, or "auto" to follow the
// sagemaker_*_enabled switches among `framework_parameters` (JobConfig's: decoded, sagemaker_*
// only); without a switch that is on it is the script launcher. A launcher that was asked for by
// name wins over the switches, whatever they say.
//
// InvalidArgument for a name that is no launcher's, for a switch that is not a boolean, and for
// switches that ask for different launchers, naming both. Unimplemented for the modes that this
// version lacks (MPI, parameter servers and others), naming who asked and what works instead.
absl::StatusOr<LauncherSelection> SelectLauncher(absl::string_view requested,
                                                 const json::Object& framework_parameters);

}  // namespace sm

#endif  // SM_LAUNCHERS_SELECTION_H_
