// resourceconfig.json: its object, checked and typed.
#ifndef SM_BOOTSTRAP_CONFIG_RESOURCE_CONFIG_H_
#define SM_BOOTSTRAP_CONFIG_RESOURCE_CONFIG_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "bootstrap/config/job_config.h"
#include "bootstrap/config/json.h"

namespace sm {

// InvalidArgument, naming `file` and the key, when something has a wrong type or contradicts
// something else. Keys that are not known are kept in `raw` and otherwise ignored.
absl::StatusOr<ResourceConfig> ParseResourceConfig(absl::string_view file, json::Object object);

// What a host on its own has: itself.
ResourceConfig SingleHostResources();

}  // namespace sm

#endif  // SM_BOOTSTRAP_CONFIG_RESOURCE_CONFIG_H_
