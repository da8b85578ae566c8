// Rules of the contract that the reference cases do not reach.
#include "bootstrap/environment/training_env.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/config/config_files.h"
#include "tests/support/status_matchers.h"

namespace sm {
namespace {

using ::sm::testing::ConfigFiles;
using ::testing::ElementsAre;

class TrainingEnvTest : public ::testing::Test {
 protected:
  void Hyperparameters(const std::string& text) const {
    files_.Write("hyperparameters.json", text);
  }
  void Resources(const std::string& text) const { files_.Write("resourceconfig.json", text); }

  JobConfig Job(const EnvMap& inbound = {}) const {
    absl::StatusOr<JobConfig> job = files_.Read(inbound);
    EXPECT_TRUE(job.ok()) << job.status();
    return job.ok() ? *std::move(job) : JobConfig{};
  }
  EnvMap Env(const EnvMap& inbound = {}) const {
    return BuildTrainingEnv(Job(inbound), Hardware{}, inbound);
  }
  // The value at `key` of SM_TRAINING_ENV, as JSON.
  std::string Property(const std::string& key, const EnvMap& inbound = {}) const {
    const absl::StatusOr<json::Value> all = json::Parse(Env(inbound).at("SM_TRAINING_ENV"));
    const json::Value* value = all.ok() ? all->AsObject()->Find(key) : nullptr;
    return value == nullptr ? "absent" : json::Dump(*value);
  }

  ConfigFiles files_;
};

TEST_F(TrainingEnvTest, HardwareIsReported) {
  const EnvMap env = BuildTrainingEnv(Job(), {.cpus = 96, .gpus = 8, .neuron_cores = 32}, {});
  EXPECT_EQ(env.at("SM_NUM_CPUS"), "96");
  EXPECT_EQ(env.at("SM_NUM_GPUS"), "8");
  EXPECT_EQ(env.at("SM_NUM_NEURONS"), "32");
}

TEST_F(TrainingEnvTest, DefaultsOfWhatIsNotGiven) {
  const EnvMap env = Env();
  EXPECT_EQ(env.at("SM_NETWORK_INTERFACE_NAME"), "eth0");
  EXPECT_EQ(env.at("SM_CURRENT_INSTANCE_TYPE"), "local");
  EXPECT_EQ(env.at("SM_CURRENT_INSTANCE_GROUP"), "homogeneousCluster");
  EXPECT_EQ(env.at("SM_LOG_LEVEL"), "20");
  EXPECT_EQ(env.at("SM_MODULE_NAME"), "None");
  EXPECT_EQ(env.at("SM_USER_ENTRY_POINT"), "");
  EXPECT_EQ(env.at("SM_MODULE_DIR"), files_.base() + "/code");
  EXPECT_EQ(env.count("SM_TOPOLOGY"), 0U);
}

TEST_F(TrainingEnvTest, NullIsEmptyAsVariableAndAsArgument) {
  Hyperparameters(R"({"x": null, "y": {"k": null}, "z": [null]})");
  const EnvMap env = Env();
  EXPECT_EQ(env.at("SM_HP_X"), "");
  EXPECT_EQ(env.at("SM_HP_Y"), R"({"k":null})");
  EXPECT_THAT(ScriptArguments(Job()), ElementsAre("-x", "", "-y", "k=None", "-z", "[None]"));
}

TEST_F(TrainingEnvTest, ArgumentsAreSortedByCodePoint) {
  Hyperparameters(R"({"b": 1, "B": 2, "\u00e9": 3, "aa": 4, "\ud83d\ude00": 5, "\uffff": 6})");
  EXPECT_THAT(ScriptArguments(Job()),
              ElementsAre("-B", "2", "--aa", "4", "-b", "1", "-\xC3\xA9", "3", "-\xEF\xBF\xBF", "6",
                          "-\xF0\x9F\x98\x80", "5"));
}

TEST_F(TrainingEnvTest, OnlyTheTopOfAnObjectIsSortedAndUnquoted) {
  Hyperparameters(R"({"opt": {"z": "it's", "a": {"y": "q", "x": [1.0, true]}, "m": ""}})");
  EXPECT_THAT(ScriptArguments(Job()),
              ElementsAre("--opt", "a={'y': 'q', 'x': [1.0, True]},m=,z=it's"));
}

TEST_F(TrainingEnvTest, PlainStringsStayPlainAndJsonIsEscaped) {
  Hyperparameters(R"({"x": "caf\u00e9", "y": ["caf\u00e9"]})");
  const EnvMap env = Env();
  EXPECT_EQ(env.at("SM_HP_X"), "caf\xC3\xA9");
  EXPECT_EQ(env.at("SM_HP_Y"), R"(["caf\u00e9"])");
  EXPECT_EQ(env.at("SM_USER_ARGS"), R"(["-x","caf\u00e9","-y","['caf\u00e9']"])");
}

TEST_F(TrainingEnvTest, NamesOfVariablesAreUpperCaseInAllOfUnicode) {
  Hyperparameters(R"({"stra\u00dfe-\u00e9": 1})");
  EXPECT_EQ(Env().at("SM_HP_STRASSE-\xC3\x89"), "1");
}

TEST_F(TrainingEnvTest, TheLastOfNamesThatDifferInCaseHasTheVariable) {
  Hyperparameters(R"({"lr": 1, "LR": 2})");
  EXPECT_EQ(Env().at("SM_HP_LR"), "2");
  Hyperparameters(R"({"LR": 2, "lr": 1, "LR": 3})");
  EXPECT_EQ(Env().at("SM_HP_LR"), "1");
}

TEST_F(TrainingEnvTest, SurrogatesThatStandForBytesBecomeThem) {
  Hyperparameters(R"({"x": "\udcff\u00e9", "y": ["\udcff"]})");
  const EnvMap env = Env();
  EXPECT_EQ(env.at("SM_HP_X"), "\xFF\xC3\xA9");
  EXPECT_EQ(env.at("SM_HP_Y"), R"(["\udcff"])");
  EXPECT_THAT(ScriptArguments(Job()), ElementsAre("-x", "\xFF\xC3\xA9", "-y", "['\\udcff']"));
  EXPECT_EQ(env.at("SM_USER_ARGS"), R"(["-x","\udcff\u00e9","-y","['\\udcff']"])");
}

TEST_F(TrainingEnvTest, InboundBytesThatAreNoUtf8AreEscapedInJson) {
  EXPECT_EQ(Property("job_name", {{"TRAINING_JOB_NAME", "a\xFF"}}), R"("a\udcff")");
}

TEST_F(TrainingEnvTest, AnEmptyProgramVariableNamesTheModuleOnly) {
  Hyperparameters(R"({"sagemaker_program": "\"train.py\""})");
  const EnvMap env = Env({{"SAGEMAKER_PROGRAM", ""}});
  EXPECT_EQ(env.at("SM_MODULE_NAME"), "");
  EXPECT_EQ(env.at("SM_USER_ENTRY_POINT"), "train.py");
}

TEST_F(TrainingEnvTest, TheModuleNameLosesItsSuffix) {
  const std::pair<const char*, const char*> cases[] = {
      {"train.py", "train"}, {"a/b.py", "a/b"}, {"run.sh", "run.sh"}, {"pkg", "pkg"}, {".py", ""}};
  for (const auto& [program, module] : cases) {
    const EnvMap env = Env({{"SAGEMAKER_PROGRAM", program}});
    EXPECT_EQ(env.at("SM_MODULE_NAME"), module);
    EXPECT_EQ(env.at("SM_USER_ENTRY_POINT"), program);
  }
}

TEST_F(TrainingEnvTest, ANullParameterIsPythonsNone) {
  Hyperparameters(R"({"sagemaker_program": "null", "sagemaker_submit_directory": null,
                      "sagemaker_container_log_level": null})");
  const EnvMap env = Env();
  EXPECT_EQ(env.at("SM_MODULE_NAME"), "None");
  EXPECT_EQ(env.at("SM_USER_ENTRY_POINT"), "");
  EXPECT_EQ(env.at("SM_MODULE_DIR"), "None");
  EXPECT_EQ(env.at("SM_LOG_LEVEL"), "");
}

TEST_F(TrainingEnvTest, TheSubmitDirectoryVariableIsNotUsed) {
  EXPECT_EQ(Env({{"SAGEMAKER_SUBMIT_DIRECTORY", "/x"}}).at("SM_MODULE_DIR"),
            files_.base() + "/code");
}

TEST_F(TrainingEnvTest, ModelParallelFollowsItsVariable) {
  EXPECT_EQ(Property("is_modelparallel_enabled"), "null");
  EXPECT_EQ(Property("is_modelparallel_enabled", {{"SM_HP_MP_PARAMETERS", ""}}), "\"\"");
  EXPECT_EQ(Property("is_modelparallel_enabled", {{"SM_HP_MP_PARAMETERS", "{}"}}), "false");
  EXPECT_EQ(Property("is_modelparallel_enabled", {{"SM_HP_MP_PARAMETERS", "{\"a\":1}"}}), "true");
}

TEST_F(TrainingEnvTest, AnyTrueEnablerDistributesTheCurrentGroup) {
  for (const char* name :
       {"sagemaker_mpi_enabled", "sagemaker_parameter_server_enabled",
        "sagemaker_distributed_dataparallel_enabled", "sagemaker_pytorch_ddp_enabled",
        "sagemaker_pytorch_xla_multi_worker_enabled",
        "sagemaker_multi_worker_mirrored_strategy_enabled",
        "sagemaker_torch_distributed_enabled"}) {
    const std::pair<const char*, bool> values[] = {
        {"true", true},      {"false", false}, {"0", false},    {"1", true},
        {"0.0", false},      {"[]", false},    {"[0]", true},   {"{}", false},
        {"{\"a\":0}", true}, {"null", false},  {"\"\"", false}, {"\"False\"", true}};
    for (const auto& [value, enabled] : values) {
      Hyperparameters(absl::StrCat("{\"", name, "\":", value, "}"));
      EXPECT_EQ(Env().at("SM_DISTRIBUTION_INSTANCE_GROUPS"),
                enabled ? R"(["homogeneousCluster"])" : "[]")
          << name << " " << value;
    }
  }
}

TEST_F(TrainingEnvTest, TheMasterIsTheFirstHostOfTheDistribution) {
  Resources(R"({"current_host": "b", "hosts": ["a", "b"], "current_group_name": "second",
    "instance_groups": [{"instance_group_name": "first", "hosts": ["a"], "extra": 1},
                        {"instance_group_name": "second", "hosts": ["b"]}]})");
  EXPECT_EQ(Property("master_hostname"), "\"a\"");
  EXPECT_EQ(Property("is_master"), "false");
  EXPECT_EQ(Property("distribution_hosts"), "[]");
  Hyperparameters(R"({"sagemaker_distribution_instance_groups": ["second"]})");
  EXPECT_EQ(Property("master_hostname"), "\"b\"");
  EXPECT_EQ(Property("is_master"), "true");
  EXPECT_EQ(Property("distribution_hosts"), "[\"b\"]");
  EXPECT_EQ(Env().at("SM_INSTANCE_GROUPS_DICT"),
            R"({"first":{"extra":1,"hosts":["a"],"instance_group_name":"first"},)"
            R"("second":{"hosts":["b"],"instance_group_name":"second"}})");
}

TEST_F(TrainingEnvTest, AnEmptyTopologyHasNoVariable) {
  Resources(R"({"current_host": "a", "hosts": ["a"], "topology": []})");
  EXPECT_EQ(Env().count("SM_TOPOLOGY"), 0U);
  Resources(R"({"current_host": "a", "hosts": ["a"], "topology": [{"hostName": "a"}]})");
  EXPECT_EQ(Env().at("SM_TOPOLOGY"), R"([{"hostName":"a"}])");
}

TEST_F(TrainingEnvTest, AnAbsoluteChannelNameIsItsOwnDirectory) {
  files_.Write("inputdataconfig.json", R"({"/abs": {}, "a.b": {}})");
  const EnvMap env = Env();
  EXPECT_EQ(env.at("SM_CHANNEL_/ABS"), "/abs");
  EXPECT_EQ(env.at("SM_CHANNEL_A.B"), files_.base() + "/input/data/a.b");
  EXPECT_EQ(env.at("SM_CHANNELS"), R"(["/abs","a.b"])");
}

TEST_F(TrainingEnvTest, AStandaloneHostHasAnEnvironmentToo) {
  SM_ASSERT_OK_AND_ASSIGN(const JobConfig job, ReadJobConfig({"", false}, {}, "/work"));
  const EnvMap env = BuildTrainingEnv(job, Hardware{}, {});
  EXPECT_EQ(env.at("SM_HOSTS"), R"(["algo-1"])");
  EXPECT_EQ(env.at("SM_MODULE_DIR"), "/work");
  EXPECT_EQ(env.at("SM_INSTANCE_GROUPS"), "[]");
}

TEST(UserArgsTest, AreOneJsonArray) {
  EXPECT_EQ(UserArgsValue({}), "[]");
  EXPECT_EQ(UserArgsValue({"--a", "", "\xC3\xA9\xFF\""}), R"(["--a","","\u00e9\udcff\""])");
}

}  // namespace
}  // namespace sm
