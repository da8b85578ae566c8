// The Elastic Fabric Adapter of AWS instances, as environment variables.
#ifndef SM_LAUNCHERS_EFA_H_
#define SM_LAUNCHERS_EFA_H_

#include "absl/strings/string_view.h"
#include "bootstrap/base/env_map.h"

namespace sm {

// What libfabric and NCCL need to use the adapter of `instance_type` ("ml.p4d.24xlarge"; EC2's name
// without "ml." means the same). Empty for a type without one and for a type that is not known.
EnvMap EfaVariables(absl::string_view instance_type);

}  // namespace sm

#endif  // SM_LAUNCHERS_EFA_H_
