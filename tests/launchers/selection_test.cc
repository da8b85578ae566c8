#include "launchers/selection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/status_matchers.h"

namespace sm {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::StatusIs;

json::Object Parameters(const std::vector<json::Object::Member>& members) {
  json::Object object;
  for (const auto& [key, value] : members) object.Set(key, value);
  return object;
}

TEST(SelectionTest, AutoFollowsTheSwitches) {
  struct Case {
    json::Object parameters;
    LauncherKind kind;
    const char* reason;
  };
  const std::vector<Case> cases = {
      {Parameters({}), LauncherKind::kScript, "no hyperparameter asks"},
      {Parameters({{"sagemaker_program", std::string("train.py")}}), LauncherKind::kScript,
       "no hyperparameter asks"},
      {Parameters({{"sagemaker_torch_distributed_enabled", true}}), LauncherKind::kWorkers,
       "sagemaker_torch_distributed_enabled"},
      {Parameters({{"sagemaker_pytorch_ddp_enabled", true}}), LauncherKind::kWorkers,
       "sagemaker_pytorch_ddp_enabled"},
      {Parameters({{"sagemaker_pytorch_ddp_enabled", std::string("true")}}), LauncherKind::kWorkers,
       "sagemaker_pytorch_ddp_enabled"},
      {Parameters({{"sagemaker_pytorch_ddp_enabled", true},
                   {"sagemaker_torch_distributed_enabled", true}}),
       LauncherKind::kWorkers, "sagemaker_torch_distributed_enabled"},
      {Parameters({{"sagemaker_torch_distributed_enabled", false},
                   {"sagemaker_mpi_enabled", false},
                   {"sagemaker_parameter_server_enabled", std::string("false")},
                   {"sagemaker_pytorch_ddp_enabled", nullptr}}),
       LauncherKind::kScript, "no hyperparameter asks"},
  };
  for (const Case& c : cases) {
    SM_ASSERT_OK_AND_ASSIGN(LauncherSelection selection, SelectLauncher("auto", c.parameters));
    EXPECT_EQ(selection.kind, c.kind) << json::Dump(c.parameters);
    EXPECT_THAT(selection.reason, AllOf(HasSubstr(LauncherName(c.kind)), HasSubstr(c.reason)));
  }
}

TEST(SelectionTest, ALauncherAskedForByNameWinsOverTheSwitches) {
  const json::Object parameters = Parameters({{"sagemaker_mpi_enabled", true},
                                              {"sagemaker_torch_distributed_enabled", 0.5},
                                              {"sagemaker_parameter_server_enabled", true}});
  EXPECT_EQ(SelectLauncher("script", parameters)->kind, LauncherKind::kScript);
  EXPECT_EQ(SelectLauncher("workers", parameters)->kind, LauncherKind::kWorkers);
  EXPECT_THAT(SelectLauncher("workers", parameters)->reason, HasSubstr("--launcher workers"));
}

TEST(SelectionTest, ModesThatDoNotExistYetAreRefusedByTheirKey) {
  for (const char* key : {"sagemaker_mpi_enabled", "sagemaker_parameter_server_enabled",
                          "sagemaker_multi_worker_mirrored_strategy_enabled",
                          "sagemaker_distributed_dataparallel_enabled",
                          "sagemaker_pytorch_xla_multi_worker_enabled"}) {
    EXPECT_THAT(SelectLauncher("auto", Parameters({{key, true}})),
                StatusIs(absl::StatusCode::kUnimplemented,
                         AllOf(HasSubstr(key), HasSubstr("--launcher workers"))));
    EXPECT_THAT(SelectLauncher("auto", Parameters({{key, false}})), IsOk());
  }
  for (const char* name : {"mpi", "ps", "mwms"}) {
    EXPECT_THAT(SelectLauncher(name, {}), StatusIs(absl::StatusCode::kUnimplemented,
                                                   HasSubstr(absl::StrCat("--launcher ", name))));
  }
}

TEST(SelectionTest, SwitchesThatContradictEachOtherAreBothNamed) {
  EXPECT_THAT(SelectLauncher("auto", Parameters({{"sagemaker_mpi_enabled", true},
                                                 {"sagemaker_torch_distributed_enabled", true}})),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("sagemaker_mpi_enabled"),
                             HasSubstr("sagemaker_torch_distributed_enabled"))));
  EXPECT_THAT(SelectLauncher("auto", Parameters({{"sagemaker_parameter_server_enabled", true},
                                                 {"sagemaker_mpi_enabled", true}})),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("sagemaker_mpi_enabled"),
                             HasSubstr("sagemaker_parameter_server_enabled"))));
}

TEST(SelectionTest, SwitchesMustBeBooleans) {
  const std::vector<json::Value> odd = {
      std::string(""), std::string("yes"), json::Integer{"1"}, 0.5, json::Array(), json::Object()};
  for (const json::Value& value : odd) {
    EXPECT_THAT(
        SelectLauncher("auto", Parameters({{"sagemaker_torch_distributed_enabled", value}})),
        StatusIs(absl::StatusCode::kInvalidArgument,
                 AllOf(HasSubstr("sagemaker_torch_distributed_enabled"),
                       HasSubstr(absl::StrCat("got ", json::Dump(value))))));
  }
}

TEST(SelectionTest, OtherNamesAreRefusedWithTheOnesThatExist) {
  for (const char* name : {"", "Script", "torchrun", "auto "}) {
    EXPECT_THAT(SelectLauncher(name, {}),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         AllOf(HasSubstr(absl::StrCat("\"", name, "\"")),
                               HasSubstr("auto, script, workers, mpi, ps, mwms"))));
  }
}

}  // namespace
}  // namespace sm
