#include "bootstrap/config/job_config.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "tests/config/config_files.h"
#include "tests/support/status_matchers.h"

namespace sm {
namespace {

using ::sm::testing::ConfigFiles;
using ::sm::testing::FileTree;
using ::sm::testing::StatusIs;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(JobPathsTest, FollowSageMakersLayout) {
  const JobPaths paths = JobPaths::Under("/opt/ml/");
  EXPECT_EQ(paths.base, "/opt/ml");
  EXPECT_EQ(paths.input, "/opt/ml/input");
  EXPECT_EQ(paths.input_config, "/opt/ml/input/config");
  EXPECT_EQ(paths.input_data, "/opt/ml/input/data");
  EXPECT_EQ(paths.model, "/opt/ml/model");
  EXPECT_EQ(paths.code, "/opt/ml/code");
  EXPECT_EQ(paths.output, "/opt/ml/output");
  EXPECT_EQ(paths.output_data, "/opt/ml/output/data");
  EXPECT_EQ(paths.output_intermediate, "/opt/ml/output/intermediate");
  EXPECT_EQ(paths.failure, "/opt/ml/output/failure");
  EXPECT_EQ(JobPaths::Under("/").model, "/model");
}

TEST(LocateConfigTest, TheFlagWinsThenTheVariableThenTheDefault) {
  const FileTree tree;
  const EnvMap env = {{"SAGEMAKER_BASE_DIR", "/from/env"}};
  const ConfigLocation flag = LocateConfig("/from/flag", env, "/here", tree.root());
  EXPECT_EQ(flag.base_dir, "/from/flag");
  EXPECT_TRUE(flag.required);
  const ConfigLocation variable = LocateConfig("", env, "/here", tree.root());
  EXPECT_EQ(variable.base_dir, "/from/env");
  EXPECT_TRUE(variable.required);
  const ConfigLocation fallback = LocateConfig("", {}, "/here", tree.root());
  EXPECT_EQ(fallback.base_dir, tree.root());
  EXPECT_FALSE(fallback.required);
}

TEST(LocateConfigTest, NowhereToLookWithoutAnything) {
  const FileTree tree;
  for (const EnvMap& env : {EnvMap{}, EnvMap{{"SAGEMAKER_BASE_DIR", ""}}}) {
    const ConfigLocation location = LocateConfig("", env, "/here", tree.Path("absent"));
    EXPECT_EQ(location.base_dir, "");
    EXPECT_FALSE(location.required);
  }
}

TEST(LocateConfigTest, RelativeDirectoriesStartAtTheCurrentOne) {
  EXPECT_EQ(LocateConfig("job", {}, "/here").base_dir, "/here/job");
  EXPECT_EQ(LocateConfig("job", {}, "/").base_dir, "/job");
  EXPECT_EQ(LocateConfig("", {{"SAGEMAKER_BASE_DIR", "./job"}}, "/here").base_dir, "/here/./job");
}

TEST(JobConfigTest, ReadsTheResourceConfiguration) {
  const ConfigFiles files;
  files.Write("resourceconfig.json", R"({
    "current_host": "algo-2", "hosts": ["algo-1", "algo-10", "algo-2"],
    "network_interface_name": "ens5", "current_instance_type": "ml.c5.xlarge",
    "current_group_name": "cpu", "more": {"than": ["we", "know"]}, "topology": [],
    "instance_groups": [
      {"instance_group_name": "gpu", "instance_type": "ml.p4d.24xlarge", "hosts": ["algo-1"]},
      {"instance_group_name": "cpu", "hosts": ["algo-2", "algo-10"]}]})");
  SM_ASSERT_OK_AND_ASSIGN(const JobConfig job, files.Read());
  const ResourceConfig& resources = job.resources;
  EXPECT_EQ(resources.current_host, "algo-2");
  EXPECT_THAT(resources.hosts, ElementsAre("algo-1", "algo-10", "algo-2"));
  EXPECT_EQ(resources.network_interface_name, "ens5");
  EXPECT_EQ(resources.current_instance_type, "ml.c5.xlarge");
  EXPECT_EQ(resources.current_group_name, "cpu");
  ASSERT_EQ(resources.instance_groups.size(), 2U);
  EXPECT_EQ(resources.instance_groups[0].instance_type, "ml.p4d.24xlarge");
  EXPECT_EQ(resources.instance_groups[1].name, "cpu");
  EXPECT_THAT(resources.instance_groups[1].hosts, ElementsAre("algo-2", "algo-10"));
  EXPECT_NE(resources.raw.Find("more"), nullptr);
  EXPECT_THAT(job.distribution_hosts, ElementsAre("algo-1", "algo-10", "algo-2"));
  EXPECT_FALSE(job.standalone);
}

TEST(JobConfigTest, WhatIsNotGivenIsAbsent) {
  const ConfigFiles files;
  SM_ASSERT_OK_AND_ASSIGN(const JobConfig job, files.Read());
  EXPECT_EQ(job.resources.network_interface_name, std::nullopt);
  EXPECT_EQ(job.resources.current_instance_type, std::nullopt);
  EXPECT_EQ(job.resources.current_group_name, std::nullopt);
  EXPECT_TRUE(job.resources.instance_groups.empty());
  EXPECT_EQ(job.program, std::nullopt);
  EXPECT_EQ(job.job_name, std::nullopt);
}

TEST(JobConfigTest, DecodesHyperparametersThatAreJson) {
  const std::pair<const char*, const char*> cases[] = {
      {R"("5")", "5"},
      {R"("0.1")", "0.1"},
      {R"("\"5\"")", R"("5")"},
      {R"("[1, \"a\"]")", R"([1,"a"])"},
      {R"(" null ")", "null"},
      {R"("NaN")", "NaN"},
      {R"("007")", R"("007")"},
      {R"("nan")", R"("nan")"},
      {R"("")", R"("")"},
      {R"("None")", R"("None")"},
      {R"("\u00a01")", R"("\u00a01")"},
      {R"("\ufeff1")", R"("\ufeff1")"},
      {R"("\"\ud800\"")", R"("\ud800")"},
      {R"("\ud800")", R"("\ud800")"},
      {"5", "5"},
      {R"(["5"])", R"(["5"])"},
      {R"({"a":"5"})", R"({"a":"5"})"},
      {"null", "null"},
  };
  const ConfigFiles files;
  for (const auto& [given, decoded] : cases) {
    files.Write("hyperparameters.json", absl::StrCat("{\"x\":", given, "}"));
    SM_ASSERT_OK_AND_ASSIGN(const JobConfig job, files.Read());
    ASSERT_NE(job.hyperparameters.Find("x"), nullptr);
    EXPECT_EQ(json::Dump(*job.hyperparameters.Find("x")), decoded) << given;
  }
}

TEST(JobConfigTest, SplitsOffWhatIsNotForTheScript) {
  const ConfigFiles files;
  files.Write("hyperparameters.json",
              R"({"lr": "0.1", "sagemaker_program": "train.py", "sagemaker_mpi_enabled": "true",
                  "_tuning_objective_metric": "loss", "default_user_module_name": "m",
                  "sagemaker": "1", "Sagemaker_x": "2"})");
  SM_ASSERT_OK_AND_ASSIGN(const JobConfig job, files.Read());
  EXPECT_EQ(json::Dump(job.hyperparameters), R"({"Sagemaker_x":2,"lr":0.1,"sagemaker":1})");
  EXPECT_EQ(json::Dump(job.framework_parameters),
            R"({"_tuning_objective_metric":"loss","default_user_module_name":"m",)"
            R"("sagemaker_mpi_enabled":true,"sagemaker_program":"train.py"})");
}

TEST(JobConfigTest, TheEnvironmentNamesProgramAndJobFirst) {
  const ConfigFiles files;
  files.Write("hyperparameters.json",
              R"({"sagemaker_program": "\"hp.py\"", "sagemaker_job_name": "\"hp-job\""})");
  SM_ASSERT_OK_AND_ASSIGN(const JobConfig with_env, files.Read({{"SAGEMAKER_PROGRAM", "env.py"},
                                                                {"TRAINING_JOB_NAME", "env-job"}}));
  EXPECT_EQ(with_env.program, "env.py");
  EXPECT_EQ(with_env.job_name, "env-job");
  SM_ASSERT_OK_AND_ASSIGN(const JobConfig without, files.Read({{"SAGEMAKER_PROGRAM", ""}}));
  EXPECT_EQ(without.program, "hp.py");
  EXPECT_EQ(without.job_name, "hp-job");
}

class DistributionHostsTest : public ::testing::Test {
 protected:
  absl::StatusOr<JobConfig> ReadWithGroups(const std::string& groups) {
    files_.Write("resourceconfig.json", R"({"current_host": "a", "hosts": ["a", "b", "c", "d"],
      "instance_groups": [{"instance_group_name": "two", "hosts": ["c", "b"]},
                          {"instance_group_name": "one", "hosts": ["a"]},
                          {"instance_group_name": "none", "hosts": []}]})");
    files_.Write("hyperparameters.json",
                 absl::StrCat("{\"sagemaker_distribution_instance_groups\":", groups, "}"));
    return files_.Read();
  }
  ConfigFiles files_;
};

TEST_F(DistributionHostsTest, AreThoseOfTheGroupsInTheFilesOrder) {
  SM_ASSERT_OK_AND_ASSIGN(const JobConfig job, ReadWithGroups(R"(["one", "two"])"));
  EXPECT_THAT(job.distribution_hosts, ElementsAre("c", "b", "a"));
  SM_ASSERT_OK_AND_ASSIGN(const JobConfig one, ReadWithGroups(R"("[\"one\"]")"));
  EXPECT_THAT(one.distribution_hosts, ElementsAre("a"));
}

TEST_F(DistributionHostsTest, AreAllHostsWhenThereAreNoGroups) {
  files_.Write("hyperparameters.json", R"({"sagemaker_distribution_instance_groups": ["one"]})");
  SM_ASSERT_OK_AND_ASSIGN(const JobConfig job, files_.Read());
  EXPECT_THAT(job.distribution_hosts, ElementsAre("algo-1", "algo-2"));
}

TEST_F(DistributionHostsTest, RefuseGroupsThatCannotBe) {
  const std::pair<const char*, const char*> cases[] = {
      {R"(["one", "three"])", R"(found "three", expected the names of groups)"},
      {R"(["none"])", "found groups without any host"},
      {"[]", "found groups without any host"},
      {R"("one")", R"(found a string ("one"), expected an array of instance group names)"},
      {"null", "found null"},
      {R"(["one", 3])", "instance_groups[1]\": found an integer (3)"},
  };
  for (const auto& [groups, message] : cases) {
    EXPECT_THAT(ReadWithGroups(groups),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         AllOf(HasSubstr("hyperparameters.json: key \"sagemaker_distribution_"),
                               HasSubstr(message))))
        << groups;
  }
}

TEST(JobConfigTest, OnlyTheResourceConfigurationIsRequired) {
  const ConfigFiles files;
  std::filesystem::remove(files.Path("hyperparameters.json"));
  std::filesystem::remove(files.Path("inputdataconfig.json"));
  SM_ASSERT_OK_AND_ASSIGN(const JobConfig job, files.Read());
  EXPECT_TRUE(job.hyperparameters.empty());
  EXPECT_TRUE(job.input_data_config.empty());

  std::filesystem::remove(files.Path("resourceconfig.json"));
  EXPECT_THAT(files.Read(),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr(files.Path("resourceconfig.json"))));
}

TEST(JobConfigTest, WithoutAnyConfigurationOneHostRunsFromTheCurrentDirectory) {
  const FileTree empty;
  for (const std::string& base : {std::string(), empty.root()}) {
    SM_ASSERT_OK_AND_ASSIGN(const JobConfig job,
                            ReadJobConfig({base, false}, {{"SAGEMAKER_PROGRAM", "x.py"}}, "/here"));
    EXPECT_TRUE(job.standalone);
    EXPECT_EQ(job.paths.code, "/here");
    EXPECT_EQ(job.paths.model, "/here/model");
    EXPECT_EQ(job.resources.current_host, "algo-1");
    EXPECT_THAT(job.resources.hosts, ElementsAre("algo-1"));
    EXPECT_THAT(job.distribution_hosts, ElementsAre("algo-1"));
    EXPECT_EQ(job.program, "x.py");
  }
}

TEST(JobConfigTest, ARequiredConfigurationMustBeThere) {
  const FileTree empty;
  EXPECT_THAT(ReadJobConfig({empty.root(), true}, {}, "/here"),
              StatusIs(absl::StatusCode::kNotFound,
                       AllOf(HasSubstr(empty.root() + "/input/config/resourceconfig.json"),
                             HasSubstr("found no such file, expected"))));
}

TEST(JobConfigTest, AConfigurationThatWasNotRequiredMayLackTheResourceConfiguration) {
  const ConfigFiles files;
  std::filesystem::remove(files.Path("resourceconfig.json"));
  files.Write("hyperparameters.json", R"({"lr": "0.1"})");
  SM_ASSERT_OK_AND_ASSIGN(const JobConfig job, ReadJobConfig({files.base(), false}, {}, "/here"));
  EXPECT_FALSE(job.standalone);
  EXPECT_THAT(job.resources.hosts, ElementsAre("algo-1"));
  EXPECT_THAT(job.distribution_hosts, ElementsAre("algo-1"));
  EXPECT_NE(job.hyperparameters.Find("lr"), nullptr);
}

TEST(JobConfigTest, AnUnreadableFileIsAnErrorAndNotAbsent) {
  const ConfigFiles files;
  std::filesystem::remove(files.Path("hyperparameters.json"));
  std::filesystem::create_directory(files.Path("hyperparameters.json"));
  const absl::StatusOr<JobConfig> job = files.Read();
  ASSERT_FALSE(job.ok());
  EXPECT_THAT(std::string(job.status().message()), HasSubstr(files.Path("hyperparameters.json")));
}

TEST(JobConfigTest, HoldsLargeConfigurations) {
  const ConfigFiles files;
  std::string text = absl::StrCat("{\"long\": \"", std::string(10000000, 'x'), "\"");
  for (int i = 0; i < 100000; ++i) absl::StrAppend(&text, ",\"key", i, "\":\"", i, "\"");
  files.Write("hyperparameters.json", text + "}");
  SM_ASSERT_OK_AND_ASSIGN(const JobConfig job, files.Read());
  EXPECT_EQ(job.hyperparameters.size(), 100001U);

  files.Write("hyperparameters.json", std::string(33 << 20, ' '));
  EXPECT_THAT(files.Read(), StatusIs(absl::StatusCode::kResourceExhausted,
                                     HasSubstr(files.Path("hyperparameters.json"))));
}

}  // namespace
}  // namespace sm
