#include "bootstrap/host/probe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/file_tree.h"
#include "tests/support/status_matchers.h"

namespace sm {
namespace {

using ::sm::testing::IsOk;
using ::sm::testing::StatusIs;

ProbeOptions OptionsFor(const testing::FileTree& machine) {
  ProbeOptions options;
  options.root = machine.root();
  options.nvml_library = "libno-such-nvml.so.1";
  return options;
}

TEST(ProbeHostTest, AMachineWithoutDevicesHasNone) {
  testing::FileTree machine;
  HostFacts facts = ProbeHost({}, OptionsFor(machine));
  EXPECT_FALSE(facts.hostname.empty());
  EXPECT_GE(facts.cpus.usable, 1);
  EXPECT_EQ(facts.gpus.value(), 0);
  EXPECT_EQ(facts.neuron_cores.value(), 0);
}

TEST(ProbeHostTest, EachFailureStaysInItsPlace) {
  testing::FileTree machine;
  machine.Write("dev/nvidia0", "");
  ProbeOptions options = OptionsFor(machine);
  options.run_command = [](const std::vector<std::string>&) {
    return absl::UnknownError("neuron-ls exited with code 1");
  };
  HostFacts facts = ProbeHost({}, options);
  EXPECT_THAT(facts.gpus, StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(facts.neuron_cores, StatusIs(absl::StatusCode::kUnknown));
  EXPECT_GE(facts.cpus.usable, 1);
}

TEST(ProbeHostTest, TheEnvironmentHidesGpus) {
  testing::FileTree machine;
  machine.Write("dev/nvidia0", "");
  HostFacts facts = ProbeHost({{"CUDA_VISIBLE_DEVICES", ""}}, OptionsFor(machine));
  EXPECT_EQ(facts.gpus.value(), 0);
}

TEST(ProbeHostTest, ThisMachineCanBeProbedWithTheDefaults) {
  HostFacts facts = ProbeHost({}, ProbeOptions());
  EXPECT_GE(facts.cpus.machine, 1);
  EXPECT_THAT(facts.neuron_cores, IsOk());
}

}  // namespace
}  // namespace sm
