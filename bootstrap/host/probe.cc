#include "bootstrap/host/probe.h"

#include <errno.h>
#include <limits.h>
#include <unistd.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "bootstrap/base/log.h"
#include "bootstrap/host/cpus.h"
#include "bootstrap/host/interfaces.h"
#include "bootstrap/host/neuron.h"
#include "bootstrap/host/nvml.h"

namespace sm {
namespace {

std::string Hostname() {
  char name[HOST_NAME_MAX + 1] = "";
  gethostname(name, sizeof name - 1);
  return name;
}

std::vector<Interface> InterfacesOrNone() {
  absl::StatusOr<std::vector<Interface>> interfaces = ListInterfaces();
  if (interfaces.ok()) return *std::move(interfaces);
  log::Warning(interfaces.status().message());
  return {};
}

}  // namespace

HostFacts ProbeHost(const EnvMap& env, const ProbeOptions& options) {
  HostFacts facts;
  facts.hostname = Hostname();
  facts.cpus = ProbeCpus(options.root);
  facts.gpus = CountGpus(env, options.root, options.nvml_library);
  facts.neuron_cores = ProbeNeuronCores(options.run_command);
  facts.interfaces = InterfacesOrNone();
  return facts;
}

}  // namespace sm
