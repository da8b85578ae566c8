#include "bootstrap/config/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>

#include "tests/support/status_matchers.h"

namespace sm {
namespace {

using ::sm::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;

json::Object Parameters(std::string name, json::Value value) {
  json::Object parameters;
  parameters.Set(std::move(name), std::move(value));
  return parameters;
}

std::string SourceOf(const RunOptions& options, absl::string_view name) {
  for (const EffectiveOption& option : options.effective) {
    if (option.name == name) return option.source;
  }
  return "not listed";
}

TEST(OptionsTest, DefaultsAreTheDocumentedOnes) {
  SM_ASSERT_OK_AND_ASSIGN(RunOptions options, ResolveRunOptions({}, {}, {}));
  EXPECT_EQ(options.launcher, "auto");
  EXPECT_EQ(options.processes_per_host, std::nullopt);
  EXPECT_EQ(options.rendezvous_port, 7776);
  EXPECT_EQ(options.rendezvous_timeout, absl::Minutes(15));
  EXPECT_EQ(options.grace, absl::Seconds(30));
  EXPECT_EQ(options.effective.size(), RunOptionsHelp().size());
}

TEST(OptionsTest, FlagBeatsVariableBeatsHyperparameterBeatsDefault) {
  const std::string key = "sagemaker_mpi_num_of_processes_per_host";
  json::Object parameters = Parameters(key, json::Integer{"2"});
  EnvMap env = {{"SM_BOOTSTRAP_NPROC_PER_HOST", "3"}};
  FlagValues flags = {{"nproc-per-host", "4"}};

  SM_ASSERT_OK_AND_ASSIGN(RunOptions by_flag, ResolveRunOptions(flags, env, parameters));
  EXPECT_EQ(by_flag.processes_per_host, 4);
  EXPECT_EQ(SourceOf(by_flag, "nproc-per-host"), "--nproc-per-host");

  SM_ASSERT_OK_AND_ASSIGN(RunOptions by_variable, ResolveRunOptions({}, env, parameters));
  EXPECT_EQ(by_variable.processes_per_host, 3);
  EXPECT_EQ(SourceOf(by_variable, "nproc-per-host"), "SM_BOOTSTRAP_NPROC_PER_HOST");

  SM_ASSERT_OK_AND_ASSIGN(RunOptions by_parameter, ResolveRunOptions({}, {}, parameters));
  EXPECT_EQ(by_parameter.processes_per_host, 2);
  EXPECT_EQ(SourceOf(by_parameter, "nproc-per-host"), "hyperparameter " + key);
}

TEST(OptionsTest, NullHyperparameterIsNone) {
  SM_ASSERT_OK_AND_ASSIGN(
      RunOptions options,
      ResolveRunOptions({}, {}, Parameters("sagemaker_mpi_num_of_processes_per_host", nullptr)));
  EXPECT_EQ(SourceOf(options, "nproc-per-host"), "default");
}

TEST(OptionsTest, DurationsCarryAUnit) {
  EXPECT_EQ(*ParsePositiveDuration("300ms"), absl::Milliseconds(300));
  EXPECT_EQ(*ParsePositiveDuration("15m"), absl::Minutes(15));
  EXPECT_EQ(*ParsePositiveDuration("1h30m"), absl::Minutes(90));
}

struct BadOption {
  std::string name, value, expected;
};
void PrintTo(const BadOption& bad, std::ostream* out) { *out << bad.name << "=" << bad.value; }

class OptionErrorTest : public ::testing::TestWithParam<BadOption> {};

TEST_P(OptionErrorTest, NamesSourceValueAndExpectation) {
  const BadOption& bad = GetParam();
  auto names_it = [&bad](const std::string& source) {
    return StatusIs(
        absl::StatusCode::kInvalidArgument,
        AllOf(HasSubstr(source), HasSubstr("\"" + bad.value + "\""), HasSubstr(bad.expected)));
  };
  EXPECT_THAT(ResolveRunOptions({{bad.name, bad.value}}, {}, {}), names_it("--" + bad.name));
  EXPECT_THAT(ResolveRunOptions({}, {{OptionVariable(bad.name), bad.value}}, {}),
              names_it(OptionVariable(bad.name)));
}

INSTANTIATE_TEST_SUITE_P(
    All, OptionErrorTest,
    ::testing::Values(BadOption{"launcher", "horovod", "auto, script or workers"},
                      BadOption{"nproc-per-host", "0", "from 1 to 65536"},
                      BadOption{"nproc-per-host", "gpu", "\"auto\" or a number"},
                      BadOption{"rendezvous-port", "65536", "a port from 1 to 65535"},
                      BadOption{"rendezvous-port", "http", "a port"},
                      BadOption{"rendezvous-timeout", "0", "a positive duration"},
                      BadOption{"rendezvous-timeout", "10", "a positive duration"},
                      BadOption{"rendezvous-timeout", "inf", "a positive duration"},
                      BadOption{"rendezvous-timeout", "-5s", "a positive duration"},
                      BadOption{"master-port", "-1", "a port"},
                      BadOption{"grace", "soon", "such as 300ms, 10s or 15m"}));

}  // namespace
}  // namespace sm
