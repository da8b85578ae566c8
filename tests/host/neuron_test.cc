#include "bootstrap/host/neuron.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/status_matchers.h"

namespace sm {
namespace {

using ::sm::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(CountNeuronCoresTest, SumsTheDevices) {
  struct {
    const char* json;
    int cores;
  } const cases[] = {
      {"[]", 0},
      {R"([{"nc_count": 2}])", 2},
      {R"([{"neuron_device":0,"bdf":"00:1e.0","connected_to":[1],"nc_count":2,"memory_size":
            34359738368,"neuron_processes":[]},{"neuron_device":1,"nc_count":2}])",
       4},
      {R"([{"neuron_device": 0}, {"nc_count": 8}])", 8},
      {R"([{"nc_count": 0}])", 0},
      {"\n[{\"nc_count\": 1}]\n", 1},
  };
  for (const auto& c : cases) {
    SM_ASSERT_OK_AND_ASSIGN(int cores, CountNeuronCores(c.json));
    EXPECT_EQ(cores, c.cores) << c.json;
  }
}

TEST(CountNeuronCoresTest, RefusesAnythingElse) {
  for (const char* json :
       {"", "no devices", "{}", "null", "3", "[3]", "[null]", R"([{"nc_count": "2"}])",
        R"([{"nc_count": -1}])", R"([{"nc_count": 2.0}])", R"([{"nc_count": null}])",
        R"([{"nc_count": 99999999999999999999}])", R"([{"nc_count": 1000001}])",
        R"([{"nc_count": 1000000}, {"nc_count": 1}])", R"([{"nc_count": 2}] trailing)"}) {
    EXPECT_THAT(CountNeuronCores(json),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("neuron-ls -j printed")))
        << json;
  }
}

CommandRunner Answer(const absl::StatusOr<std::string>& output) {
  return [output](const std::vector<std::string>& argv) {
    EXPECT_THAT(argv, ::testing::ElementsAre("neuron-ls", "-j"));
    return output;
  };
}

TEST(ProbeNeuronCoresTest, CountsWhatTheToolPrints) {
  EXPECT_EQ(ProbeNeuronCores(Answer(std::string(R"([{"nc_count": 32}])"))).value(), 32);
}

TEST(ProbeNeuronCoresTest, NoToolIsZero) {
  EXPECT_EQ(ProbeNeuronCores(nullptr).value(), 0);
  EXPECT_EQ(ProbeNeuronCores(Answer(absl::NotFoundError("neuron-ls"))).value(), 0);
}

TEST(ProbeNeuronCoresTest, AToolThatFailsIsAFailure) {
  EXPECT_THAT(ProbeNeuronCores(Answer(absl::UnknownError("exit code 1: no driver"))),
              StatusIs(absl::StatusCode::kUnknown,
                       AllOf(HasSubstr("neuron-ls -j"), HasSubstr("no driver"))));
  EXPECT_THAT(ProbeNeuronCores(Answer(absl::DeadlineExceededError("10s"))),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_THAT(ProbeNeuronCores(Answer(std::string("oops"))),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace sm
