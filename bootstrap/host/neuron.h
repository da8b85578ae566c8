// AWS Neuron cores, counted by the neuron-ls tool.
#ifndef SM_BOOTSTRAP_HOST_NEURON_H_
#define SM_BOOTSTRAP_HOST_NEURON_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "bootstrap/host/host_facts.h"
#include "bootstrap/host/probe.h"

namespace sm {

// The sum of nc_count over the devices that `neuron-ls -j` printed: an array of objects, as
//   [{"neuron_device": 0, "nc_count": 2, …}, …]
// A device without nc_count adds nothing, as in the SageMaker toolkit. InvalidArgument for anything
// else than such an array, naming what was found.
absl::StatusOr<int> CountNeuronCores(absl::string_view json);

// Runs `neuron-ls -j` and counts. 0 when `run_command` is absent or finds no such tool; a tool that
// fails or prints something else is a failure. The variables that limit a process to some of the
// cores (NEURON_RT_VISIBLE_CORES and its kin) are not considered: SM_NUM_NEURONS counts all.
DeviceCount ProbeNeuronCores(const CommandRunner& run_command);

}  // namespace sm

#endif  // SM_BOOTSTRAP_HOST_NEURON_H_
