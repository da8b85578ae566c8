// The contract's 200 reference cases: each gives exactly the variables and arguments that the
// SageMaker training toolkit gave.
#include <gtest/gtest.h>

#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "bootstrap/base/file.h"
#include "bootstrap/environment/training_env.h"
#include "tests/config/config_files.h"
#include "tests/support/status_matchers.h"

namespace sm {
namespace {

using ::sm::testing::ConfigFiles;

const json::Object& Member(const json::Object& object, absl::string_view key) {
  return *object.Find(key)->AsObject();
}

// The strings of `object`, with {BASE} replaced.
EnvMap Texts(const json::Object& object, const std::string& base) {
  EnvMap texts;
  for (const auto& [name, value] : object.members()) {
    texts[name] = absl::StrReplaceAll(*value.AsString(), {{"{BASE}", base}});
  }
  return texts;
}

std::vector<std::string> Texts(const json::Array& array, const std::string& base) {
  std::vector<std::string> texts;
  for (const json::Value& value : array) {
    texts.push_back(absl::StrReplaceAll(*value.AsString(), {{"{BASE}", base}}));
  }
  return texts;
}

// One JSON text for each case.
const std::vector<std::string>& Cases() {
  static const auto* const cases = new std::vector<std::string>(absl::StrSplit(
      ReadFile(SM_TEST_DATA_DIR "/sm_env_cases.jsonl").value_or(""), '\n', absl::SkipEmpty()));
  return *cases;
}

constexpr size_t kCases = 200;

TEST(ContractTest, HasAllCases) { EXPECT_EQ(Cases().size(), kCases); }

class ContractCaseTest : public ::testing::TestWithParam<size_t> {};

TEST_P(ContractCaseTest, GivesExactlyTheVariablesAndArguments) {
  ASSERT_LT(GetParam(), Cases().size());
  SM_ASSERT_OK_AND_ASSIGN(const json::Value parsed, json::Parse(Cases()[GetParam()]));
  const json::Object& contract_case = *parsed.AsObject();
  const ConfigFiles files;
  for (const auto& [file, text] : Texts(Member(contract_case, "files"), files.base())) {
    files.Write(file, text);
  }
  const EnvMap inbound = Texts(Member(contract_case, "env"), files.base());
  SM_ASSERT_OK_AND_ASSIGN(const JobConfig job, files.Read(inbound));

  const json::Object& expected = Member(contract_case, "expect");
  const EnvMap env = BuildTrainingEnv(job, {.cpus = 8, .gpus = 4, .neuron_cores = 0}, inbound);
  EXPECT_EQ(env, Texts(Member(expected, "env"), files.base()));
  EXPECT_EQ(ScriptArguments(job), Texts(*expected.Find("cmd_args")->AsArray(), files.base()));
}

INSTANTIATE_TEST_SUITE_P(Reference, ContractCaseTest, ::testing::Range(size_t{0}, kCases));

}  // namespace
}  // namespace sm
