#include "launchers/efa.h"

#include "absl/strings/strip.h"

namespace sm {
namespace {

struct EfaInstance {
  absl::string_view type;
  bool device_rdma;  // the adapter reads a GPU's or Neuron core's memory itself
};

// Source: SM_EFA_NCCL_INSTANCES and SM_EFA_RDMA_INSTANCES of aws/sagemaker-training-toolkit, with
// its pull request 241 (p5 and p5e: without these variables NCCL falls back to sockets and hangs at
// scale). Below the gap: newer types that the toolkit does not list; the EC2 guide's table "Elastic
// Fabric Adapter, supported instance types" gives them EFA, and RDMA read, as every type of Nitro
// version 4 and later has.
constexpr EfaInstance kInstances[] = {
    {"g4dn.8xlarge", false},  {"g4dn.12xlarge", false},   {"g5.48xlarge", false},
    {"p3dn.24xlarge", false}, {"p4d.24xlarge", true},     {"p4de.24xlarge", true},
    {"p5.48xlarge", true},    {"p5e.48xlarge", true},     {"trn1.32xlarge", true},

    {"p5en.48xlarge", true},  {"p6-b200.48xlarge", true}, {"trn1n.32xlarge", true},
    {"trn2.48xlarge", true},
};

}  // namespace

EnvMap EfaVariables(absl::string_view instance_type) {
  absl::string_view type = absl::StripPrefix(instance_type, "ml.");
  for (const EfaInstance& instance : kInstances) {
    if (instance.type != type) continue;
    EnvMap variables = {{"FI_PROVIDER", "efa"}};
    if (instance.device_rdma) {
      variables["FI_EFA_USE_DEVICE_RDMA"] = "1";
      variables["RDMAV_FORK_SAFE"] = "1";
      variables["NCCL_PROTO"] = "simple";
    }
    return variables;
  }
  return {};
}

}  // namespace sm
