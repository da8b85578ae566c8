#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <optional>

#include "tests/launchers/job_fixture.h"
#include "tests/support/status_matchers.h"

namespace sm {
namespace {

using ::testing::AllOf;
using testing::ElevenHosts;
using ::testing::HasSubstr;
using testing::JobFixture;
using testing::MakeUniformWorld;
using testing::MakeWorld;
using testing::StatusIs;

std::unique_ptr<Launcher> Workers(int count) { return MakeWorkersLauncher({.count = count}); }

TEST(WorkersLauncherTest, PlansCompleteProcesses) {
  JobFixture fixture(MakeUniformWorld(ElevenHosts(), 2));
  SM_ASSERT_OK_AND_ASSIGN(LaunchPlan plan, fixture.Plan(*Workers(2), 3));  // algo-2

  ASSERT_EQ(plan.processes.size(), 2u);
  const PlannedProcess& process = plan.processes[1];
  EXPECT_EQ(process.rank, 7);
  EXPECT_EQ(process.local_rank, 1);
  EXPECT_EQ(process.role, "worker");
  EXPECT_EQ(process.command.program, "/usr/bin/python3");
  EXPECT_EQ(process.command.argv,
            (std::vector<std::string>{"/usr/bin/python3", "train.py", "--lr", "0.1"}));
  EXPECT_EQ(process.command.directory, "/opt/ml/code");
  EXPECT_EQ(process.command.env, (EnvMap{{"GLOO_SOCKET_IFNAME", "eth0"},
                                         {"GROUP_RANK", "3"},
                                         {"GROUP_WORLD_SIZE", "11"},
                                         {"LOCAL_RANK", "1"},
                                         {"LOCAL_WORLD_SIZE", "2"},
                                         {"MASTER_ADDR", "10.0.0.1"},
                                         {"MASTER_PORT", "7777"},
                                         {"NCCL_DEBUG", "WARN"},
                                         {"NCCL_SOCKET_IFNAME", "eth0"},
                                         {"OMP_NUM_THREADS", "4"},
                                         {"PATH", "/usr/bin"},
                                         {"RANK", "7"},
                                         {"ROLE_NAME", "default"},
                                         {"ROLE_RANK", "7"},
                                         {"ROLE_WORLD_SIZE", "22"},
                                         {"SM_CURRENT_HOST_RANK", "3"},
                                         {"SM_HOSTS", "[]"},
                                         {"SM_HOST_COUNT", "11"},
                                         {"SM_MASTER_ADDR", "10.0.0.1"},
                                         {"SM_MASTER_PORT", "7777"},
                                         {"TORCHELASTIC_MAX_RESTARTS", "0"},
                                         {"TORCHELASTIC_RESTART_COUNT", "0"},
                                         {"TORCHELASTIC_RUN_ID", "000000000000feed"},
                                         {"TORCHELASTIC_USE_AGENT_STORE", "False"},
                                         {"TORCH_NCCL_ASYNC_ERROR_HANDLING", "1"},
                                         {"WORLD_SIZE", "22"}}));
}

TEST(WorkersLauncherTest, RanksOfAllHostsAreDenseAlsoWhenTheirGpuCountsDiffer) {
  const std::vector<std::vector<int>> worlds = {
      {1}, {8}, {1, 1}, {4, 8}, {8, 1, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}};
  for (const std::vector<int>& counts : worlds) {
    std::vector<std::pair<std::string, int>> hosts;
    for (size_t i = 0; i < counts.size(); ++i) hosts.emplace_back(ElevenHosts()[i], counts[i]);
    JobFixture fixture(MakeWorld(hosts));
    int expected_rank = 0;
    for (int host_rank = 0; host_rank < static_cast<int>(counts.size()); ++host_rank) {
      fixture.facts.gpus = counts[host_rank];
      SM_ASSERT_OK_AND_ASSIGN(LaunchPlan plan, fixture.Plan(*MakeWorkersLauncher({}), host_rank));
      ASSERT_EQ(plan.processes.size(), static_cast<size_t>(counts[host_rank]));
      for (int local_rank = 0; local_rank < counts[host_rank]; ++local_rank, ++expected_rank) {
        PlannedProcess& process = plan.processes[local_rank];
        EXPECT_EQ(process.rank, expected_rank);
        EXPECT_EQ(process.command.env["RANK"], absl::StrCat(expected_rank));
        EXPECT_EQ(process.command.env["LOCAL_RANK"], absl::StrCat(local_rank));
        EXPECT_EQ(process.command.env["GROUP_RANK"], absl::StrCat(host_rank));
        EXPECT_EQ(process.command.env["LOCAL_WORLD_SIZE"], absl::StrCat(counts[host_rank]));
      }
    }
    EXPECT_EQ(expected_rank, fixture.world.world_size);
  }
}

TEST(WorkersLauncherTest, ReplacesWhatAnOuterLauncherLeft) {
  JobFixture fixture(MakeUniformWorld({"algo-1"}, 1));
  const EnvMap clean = fixture.Plan(*Workers(1), 0)->processes[0].command.env;
  for (const char* name :
       {"RANK", "LOCAL_RANK", "WORLD_SIZE", "LOCAL_WORLD_SIZE", "GROUP_RANK", "GROUP_WORLD_SIZE",
        "ROLE_RANK", "ROLE_WORLD_SIZE", "ROLE_NAME", "TORCHELASTIC_RUN_ID",
        "TORCHELASTIC_RESTART_COUNT", "TORCHELASTIC_MAX_RESTARTS", "TORCHELASTIC_USE_AGENT_STORE",
        "SM_HOST_COUNT", "SM_CURRENT_HOST_RANK", "SM_MASTER_ADDR", "SM_MASTER_PORT"}) {
    fixture.env[name] = "left over";
  }
  EXPECT_EQ(fixture.Plan(*Workers(1), 0)->processes[0].command.env, clean);
}

TEST(WorkersLauncherTest, WhatTheUserSetWins) {
  JobFixture fixture(MakeUniformWorld({"algo-1"}, 1));
  fixture.job.resources.current_instance_type = "ml.p4d.24xlarge";
  const EnvMap users = {{"FI_EFA_USE_DEVICE_RDMA", "0"},
                        {"FI_PROVIDER", "tcp"},
                        {"GLOO_SOCKET_IFNAME", "ens5"},
                        {"MASTER_ADDR", "fd00::7"},
                        {"MASTER_PORT", "29500"},
                        {"NCCL_DEBUG", "INFO"},
                        {"NCCL_PROTO", "LL128"},
                        {"NCCL_SOCKET_IFNAME", ""},  // also to nothing
                        {"OMP_NUM_THREADS", "3"},
                        {"RDMAV_FORK_SAFE", "0"},
                        {"TORCH_NCCL_ASYNC_ERROR_HANDLING", "0"}};
  fixture.env = users;
  EnvMap env = fixture.Plan(*Workers(1), 0)->processes[0].command.env;
  for (const auto& [name, value] : users) EXPECT_EQ(env[name], value) << name;
  EXPECT_EQ(env["SM_MASTER_ADDR"], "fd00::7");
  EXPECT_EQ(env["SM_MASTER_PORT"], "29500");
}

TEST(WorkersLauncherTest, TheOldNameOfAsyncErrorHandlingCountsAsSet) {
  JobFixture fixture(MakeUniformWorld({"algo-1"}, 1));
  fixture.env["NCCL_ASYNC_ERROR_HANDLING"] = "0";
  EnvMap env = fixture.Plan(*Workers(1), 0)->processes[0].command.env;
  EXPECT_FALSE(env.contains("TORCH_NCCL_ASYNC_ERROR_HANDLING"));
}

TEST(WorkersLauncherTest, WithoutAnInterfaceNoneIsNamed) {
  JobFixture fixture(MakeUniformWorld({"algo-1"}, 1));
  fixture.interface_name = "";
  fixture.world.master_address = "127.0.0.1";
  EnvMap env = fixture.Plan(*Workers(1), 0)->processes[0].command.env;
  EXPECT_FALSE(env.contains("NCCL_SOCKET_IFNAME"));
  EXPECT_FALSE(env.contains("GLOO_SOCKET_IFNAME"));
  EXPECT_EQ(env["MASTER_ADDR"], "127.0.0.1");
}

TEST(WorkersLauncherTest, AnIpv6MasterAddressIsGivenBare) {
  JobFixture fixture(MakeUniformWorld({"algo-1"}, 1));
  fixture.world.master_address = "fd00:1::1";
  EnvMap env = fixture.Plan(*Workers(1), 0)->processes[0].command.env;
  EXPECT_EQ(env["MASTER_ADDR"], "fd00:1::1");
  EXPECT_EQ(env["SM_MASTER_ADDR"], "fd00:1::1");
}

TEST(WorkersLauncherTest, WorkersShareTheUsableCpus) {
  struct Case {
    int cpus, workers;
    const char* threads;
  };
  for (const Case& c : {Case{8, 1, "8"}, Case{8, 4, "2"}, Case{8, 3, "2"}, Case{2, 8, "1"},
                        Case{1, 1, "1"}, Case{0, 1, "1"}}) {
    JobFixture fixture(MakeUniformWorld({"algo-1"}, c.workers));
    fixture.facts.cpus.usable = c.cpus;
    fixture.facts.cpus.machine = 96;
    EnvMap env = fixture.Plan(*Workers(c.workers), 0)->processes[0].command.env;
    EXPECT_EQ(env["OMP_NUM_THREADS"], c.threads) << c.cpus << " CPUs, " << c.workers << " workers";
  }
}

TEST(WorkersLauncherTest, EfaFollowsTheInstanceType) {
  JobFixture fixture(MakeUniformWorld({"algo-1"}, 1));
  fixture.job.framework_parameters.Set("sagemaker_instance_type", std::string("ml.p4d.24xlarge"));
  EXPECT_EQ(fixture.Plan(*Workers(1), 0)->processes[0].command.env["NCCL_PROTO"], "simple");
  fixture.job.resources.current_instance_type = "ml.m5.large";  // nearer to the truth
  EXPECT_FALSE(fixture.Plan(*Workers(1), 0)->processes[0].command.env.contains("FI_PROVIDER"));
}

TEST(WorkersLauncherTest, CountsAcceleratorsUnlessToldTheNumber) {
  struct Case {
    std::optional<int> count;
    DeviceCount gpus, neuron_cores;
    int expected;
  };
  const DeviceCount broken = absl::InternalError("query failed");
  for (const Case& c :
       {Case{std::nullopt, 4, 0, 4}, Case{std::nullopt, 4, 2, 4}, Case{std::nullopt, 0, 32, 32},
        Case{std::nullopt, 0, 0, 1}, Case{std::nullopt, 4, broken, 4}, Case{3, 4, 0, 3},
        Case{2, broken, broken, 2}}) {
    HostFacts facts;
    facts.gpus = c.gpus;
    facts.neuron_cores = c.neuron_cores;
    EXPECT_EQ(*MakeWorkersLauncher({c.count})->LocalWorldSize(facts), c.expected);
  }
}

TEST(WorkersLauncherTest, ACountThatFailedIsNotZeroAccelerators) {
  HostFacts facts;
  facts.gpus = absl::InternalError("NVML: driver mismatch");
  EXPECT_THAT(MakeWorkersLauncher({})->LocalWorldSize(facts),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("GPUs"), HasSubstr("NVML: driver mismatch"),
                             HasSubstr("--nproc-per-host N"))));
  facts.gpus = 0;
  facts.neuron_cores = absl::UnknownError("neuron-ls exited with code 1");
  EXPECT_THAT(MakeWorkersLauncher({})->LocalWorldSize(facts),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("Neuron cores"), HasSubstr("neuron-ls exited"))));
}

TEST(WorkersLauncherTest, RefusesFewerThanOneWorker) {
  for (int count : {0, -1}) {
    EXPECT_THAT(Workers(count)->LocalWorldSize(HostFacts()),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(absl::StrCat(count))));
  }
}

TEST(WorkersLauncherTest, RefusesAWorldThatCountsThisHostDifferently) {
  JobFixture fixture(MakeUniformWorld({"algo-1", "algo-2"}, 2));
  EXPECT_THAT(fixture.Plan(*Workers(4), 1),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("algo-2 has 2 ranks, but this host runs 4")));
}

TEST(WorkersLauncherTest, RefusesContextsThatContradictThemselves) {
  struct Case {
    std::function<void(JobFixture&)> damage;
    const char* message;
  };
  const std::vector<Case> cases = {
      {[](JobFixture& f) { f.world.members[1].host_rank = 0; }, "algo-2 has host rank 0"},
      {[](JobFixture& f) { f.world.members[1].first_rank = 0; }, "first rank of algo-2 is 0"},
      {[](JobFixture& f) { f.world.members[0].local_world_size = 0; }, "algo-1 has 0 ranks"},
      {[](JobFixture& f) { f.world.world_size = 5; }, "size is 5, but its hosts have 4"},
      {[](JobFixture& f) { f.world.master_address = ""; }, "master address is empty"},
      {[](JobFixture& f) { f.world.master_port = 0; }, "master port is 0"},
      {[](JobFixture& f) { f.world.master_port = 65536; }, "master port is 65536"},
      {[](JobFixture& f) { f.program.program = "train.py"; }, "absolute path, got \"train.py\""},
      {[](JobFixture& f) { f.program.argv.clear(); }, "not even argv[0]"},
      {[](JobFixture& f) { f.world = World(); }, "not in the world of 0 hosts"},
  };
  for (const Case& c : cases) {
    JobFixture fixture(MakeUniformWorld({"algo-1", "algo-2"}, 2));
    c.damage(fixture);
    EXPECT_THAT(fixture.Plan(*Workers(2), 0),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(c.message)));
  }
}

TEST(WorkersLauncherTest, RefusesAHostRankThatIsNotOurs) {
  JobFixture fixture(MakeUniformWorld({"algo-1", "algo-2"}, 2));
  for (int host_rank : {-1, 2}) {
    EXPECT_THAT(fixture.Plan(*Workers(2), host_rank),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("not in the world of 2")));
  }
  fixture.job.resources.current_host = "algo-2";
  EXPECT_THAT(Workers(2)->Plan(fixture.Context(0)),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("has algo-1 at host rank 0, but this host is algo-2")));
}

}  // namespace
}  // namespace sm
