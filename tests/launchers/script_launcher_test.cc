#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/launchers/job_fixture.h"
#include "tests/support/status_matchers.h"

namespace sm {
namespace {

using testing::ElevenHosts;
using ::testing::HasSubstr;
using testing::JobFixture;
using testing::MakeUniformWorld;
using testing::MakeWorld;
using testing::StatusIs;

TEST(ScriptLauncherTest, PlansOneCompleteProcess) {
  JobFixture fixture(MakeUniformWorld(ElevenHosts(), 1));
  SM_ASSERT_OK_AND_ASSIGN(LaunchPlan plan, fixture.Plan(*MakeScriptLauncher(), 3));

  ASSERT_EQ(plan.processes.size(), 1u);
  const PlannedProcess& process = plan.processes[0];
  EXPECT_EQ(process.rank, 3);
  EXPECT_EQ(process.local_rank, 0);
  EXPECT_EQ(process.command.program, "/usr/bin/python3");
  EXPECT_EQ(process.command.argv,
            (std::vector<std::string>{"/usr/bin/python3", "train.py", "--lr", "0.1"}));
  EXPECT_EQ(process.command.directory, "/opt/ml/code");
  EXPECT_EQ(process.command.env, (EnvMap{{"GLOO_SOCKET_IFNAME", "eth0"},
                                         {"MASTER_ADDR", "10.0.0.1"},
                                         {"MASTER_PORT", "7777"},
                                         {"NCCL_DEBUG", "WARN"},
                                         {"NCCL_SOCKET_IFNAME", "eth0"},
                                         {"PATH", "/usr/bin"},
                                         {"SM_CURRENT_HOST_RANK", "3"},
                                         {"SM_HOSTS", "[]"},
                                         {"SM_HOST_COUNT", "11"},
                                         {"SM_MASTER_ADDR", "10.0.0.1"},
                                         {"SM_MASTER_PORT", "7777"}}));
}

TEST(ScriptLauncherTest, RanksFollowTheHostListWhateverTheNames) {
  JobFixture fixture(MakeUniformWorld(ElevenHosts(), 1));
  for (int host_rank = 0; host_rank < 11; ++host_rank) {
    SM_ASSERT_OK_AND_ASSIGN(LaunchPlan plan, fixture.Plan(*MakeScriptLauncher(), host_rank));
    EXPECT_EQ(plan.processes[0].rank, host_rank);
    EXPECT_EQ(plan.processes[0].command.env["SM_CURRENT_HOST_RANK"], absl::StrCat(host_rank));
  }
}

// A script that starts torchrun of its own must find neither our thread count nor our ranks.
TEST(ScriptLauncherTest, LeavesWhatBelongsToWorkersAlone) {
  JobFixture fixture(MakeUniformWorld({"algo-1"}, 1));
  fixture.env["WORLD_SIZE"] = "the user's";
  SM_ASSERT_OK_AND_ASSIGN(LaunchPlan plan, fixture.Plan(*MakeScriptLauncher(), 0));
  EXPECT_EQ(plan.processes[0].command.env["WORLD_SIZE"], "the user's");
  for (const char* name : {"RANK", "LOCAL_RANK", "TORCHELASTIC_RUN_ID", "OMP_NUM_THREADS"}) {
    EXPECT_FALSE(plan.processes[0].command.env.contains(name)) << name;
  }
}

TEST(ScriptLauncherTest, RunsOncePerHostWhateverTheHardware) {
  HostFacts facts;
  facts.gpus = absl::InternalError("NVML is broken");
  EXPECT_EQ(*MakeScriptLauncher()->LocalWorldSize(facts), 1);
  facts.gpus = 8;
  EXPECT_EQ(*MakeScriptLauncher()->LocalWorldSize(facts), 1);
}

TEST(ScriptLauncherTest, RefusesAWorldWithSeveralRanksOnThisHost) {
  JobFixture fixture(MakeWorld({{"algo-1", 1}, {"algo-2", 2}}));
  EXPECT_THAT(fixture.Plan(*MakeScriptLauncher(), 1),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("algo-2 has 2 ranks, but a script runs once per host")));
}

TEST(ScriptLauncherTest, PassesOddBytesThroughUntouched) {
  JobFixture fixture(MakeUniformWorld({"algo-1"}, 1));
  const std::string odd = "a b\t\"$(x)\"\n'\xff\\";
  fixture.program.argv = {"/opt/ml/code/my script.sh", "", odd};
  fixture.program.program = "/opt/ml/code/my script.sh";
  fixture.program.directory = "/opt/ml/code dir";
  fixture.env["SM_HP_X"] = odd;
  SM_ASSERT_OK_AND_ASSIGN(LaunchPlan plan, fixture.Plan(*MakeScriptLauncher(), 0));
  const Command& command = plan.processes[0].command;
  EXPECT_EQ(command.program, fixture.program.program);
  EXPECT_EQ(command.argv, fixture.program.argv);
  EXPECT_EQ(command.directory, fixture.program.directory);
  EXPECT_EQ(command.env.at("SM_HP_X"), odd);
}

TEST(LauncherTest, NamesAreThoseOfTheCommandLine) {
  EXPECT_EQ(LauncherName(MakeScriptLauncher()->kind()), "script");
  EXPECT_EQ(LauncherName(MakeWorkersLauncher({})->kind()), "workers");
}

}  // namespace
}  // namespace sm
