// The main path over real gRPC: hosts join, meet at a barrier, end.
#include <algorithm>
#include <random>

#include "tests/rendezvous/cluster.h"

namespace sm::rendezvous {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class JoinTest : public ::testing::TestWithParam<int> {};

TEST_P(JoinTest, EveryHostGetsTheSameWorldInListOrder) {
  Cluster cluster(GetParam());
  cluster.StartService();
  std::vector<int> order(GetParam());
  for (int i = 0; i < GetParam(); ++i) order[i] = i;
  std::shuffle(order.begin(), order.end(), std::mt19937(7));
  std::vector<TestHost> hosts(GetParam());
  for (int i : order) {
    Client::Options options = cluster.ClientOptions(cluster.service_options.hosts[i]);
    options.hello.local_world_size = 1 + i % 3;
    hosts[i] = cluster.Join(options);
  }
  World first = hosts[0].events->Await<World>();
  for (size_t i = 1; i < hosts.size(); ++i) EXPECT_EQ(hosts[i].events->Await<World>(), first);
  ASSERT_EQ(first.members.size(), hosts.size());
  int next_rank = 0;
  for (int i = 0; i < GetParam(); ++i) {
    EXPECT_EQ(first.members[i],
              (Member{cluster.service_options.hosts[i], i, "127.0.0.1", 1 + i % 3, next_rank}));
    next_rank += 1 + i % 3;
  }
  EXPECT_EQ(first.world_size, next_rank);
  EXPECT_EQ(first.master_address, "127.0.0.1");
  EXPECT_EQ(first.master_port, 29500);
  EXPECT_EQ(first.run_id, 42u);
}

INSTANTIATE_TEST_SUITE_P(Sizes, JoinTest, ::testing::Values(1, 2, 11, 64));

TEST(AttendTest, AJobThatSucceedsEndsWithOneVerdictForAll) {
  Cluster cluster(3);
  cluster.StartService();
  std::vector<TestHost> hosts = cluster.JoinAll();
  for (TestHost& host : hosts) host.events->Await<World>();
  for (TestHost& host : hosts) host.client->Send(HostOutcome{1, 0});
  for (TestHost& host : hosts) EXPECT_EQ(host.events->Await<Verdict>(), Verdict{});
  cluster.service->Drain(In(kPatience));
}

TEST(AttendTest, ABarrierOpensForAllWhenTheLastHasArrived) {
  Cluster cluster(3);
  cluster.StartService();
  std::vector<TestHost> hosts = cluster.JoinAll();
  for (TestHost& host : hosts) host.events->Await<World>();
  hosts[0].client->Send(BarrierArrival{"ready"});
  hosts[1].client->Send(BarrierArrival{"ready"});
  EXPECT_FALSE(hosts[0].events->Saw<BarrierRelease>());
  hosts[2].client->Send(BarrierArrival{"ready"});
  for (TestHost& host : hosts) EXPECT_EQ(host.events->Await<BarrierRelease>().barrier, "ready");
}

TEST(AttendTest, WhatIsSentBeforeTheLeaderStartsArrives) {
  Cluster cluster(2);
  cluster.StartService();   // takes a free port ...
  cluster.service.reset();  // ... where nobody listens now
  TestHost late = cluster.Join("algo-2");
  late.client->Send(BarrierArrival{"ready"});
  EXPECT_THAT(late.events->Await<Progress>().message,
              HasSubstr(absl::StrCat("waiting for the leader 127.0.0.1:",
                                     cluster.service_options.port, ": connection refused")));
  cluster.StartService();
  TestHost leader = cluster.Join("algo-1");
  leader.client->Send(BarrierArrival{"ready"});
  EXPECT_EQ(late.events->Await<World>(), leader.events->Await<World>());
  late.events->Await<BarrierRelease>();
  leader.events->Await<BarrierRelease>();
}

TEST(AttendTest, TheFirstCauseEndsTheJobForAllAndIsTheVerdict) {
  Cluster cluster(3);
  cluster.StartService();
  std::vector<TestHost> hosts = cluster.JoinAll();
  for (TestHost& host : hosts) host.events->Await<World>();
  hosts[1].client->Send(Cause{"whoever", RankFailed{1, "worker", Exited{3}}, "Traceback\nboom"});
  Cause expected{"algo-2", RankFailed{1, "worker", Exited{3}}, "Traceback\nboom"};
  for (TestHost& host : hosts) EXPECT_EQ(host.events->Await<EndOrder>().cause, expected);
  hosts[0].client->Send(Cause{"", RankFailed{0, "worker", Signaled{15, false}}, ""});
  for (TestHost& host : hosts) host.client->Send(HostOutcome{0, 1});
  for (TestHost& host : hosts) {
    Verdict verdict = host.events->Await<Verdict>();
    EXPECT_EQ(verdict.cause, expected);
    EXPECT_THAT(verdict.unaccounted_hosts, IsEmpty());
  }
  cluster.service->Drain(In(kPatience));
}

TEST(AttendTest, AHostThatGoesAwayIsTheCause) {
  Cluster cluster(3);
  cluster.StartService();
  std::vector<TestHost> hosts = cluster.JoinAll();
  for (TestHost& host : hosts) host.events->Await<World>();
  hosts[2].client.reset();
  for (int i : {0, 1}) {
    Cause cause = hosts[i].events->Await<EndOrder>().cause;
    EXPECT_EQ(cause.host, "algo-3");
    EXPECT_TRUE(std::holds_alternative<HostLost>(cause.kind));
    EXPECT_THAT(Describe(cause), HasSubstr("algo-3 was lost: its connection from 127.0.0.1:"));
    hosts[i].client->Send(HostOutcome{0, 1});
  }
  EXPECT_THAT(hosts[0].events->Await<Verdict>().unaccounted_hosts, ElementsAre("algo-3"));
  hosts[1].events->Await<Verdict>();
}

TEST(AttendTest, AFailureBeforeTheWorldReachesThoseWhoComeLater) {
  Cluster cluster(3);
  cluster.service_options.settle_timeout = absl::Seconds(2);  // algo-3 never comes
  cluster.StartService();
  TestHost first = cluster.Join("algo-1");
  first.client->Send(Cause{"", HostFailed{"prepare", 2}, "no such archive"});
  first.events->Await<EndOrder>();
  TestHost second = cluster.Join("algo-2");
  EXPECT_EQ(Describe(second.events->Await<EndOrder>().cause),
            "algo-1 failed in its prepare phase: no such archive");
  first.client->Send(HostOutcome{});
  second.client->Send(HostOutcome{});
  EXPECT_THAT(second.events->Await<Verdict>().unaccounted_hosts, ElementsAre("algo-3"));
  EXPECT_FALSE(first.events->Saw<World>());
}

TEST(AttendTest, TheVerdictDoesNotWaitBeyondTheSettleTimeout) {
  Cluster cluster(2);
  cluster.service_options.settle_timeout = absl::Milliseconds(50);
  cluster.StartService();
  std::vector<TestHost> hosts = cluster.JoinAll();
  for (TestHost& host : hosts) host.events->Await<World>();
  hosts[0].client->Send(Cause{"", Stopped{15}, ""});
  hosts[0].client->Send(HostOutcome{0, 1});
  EXPECT_THAT(hosts[0].events->Await<Verdict>().unaccounted_hosts, ElementsAre("algo-2"));
  hosts[1].events->Await<Verdict>();
}

TEST(AttendTest, AHostHearsThatTheLeaderIsLost) {
  Cluster cluster(2);
  cluster.StartService();
  std::vector<TestHost> hosts = cluster.JoinAll();
  for (TestHost& host : hosts) host.events->Await<World>();
  cluster.service.reset();
  for (TestHost& host : hosts) {
    EXPECT_THAT(host.events->Await<LeaderLost>().message, HasSubstr("lost the leader 127.0.0.1:"));
  }
}

TEST(AttendTest, AHostSurvivesARestartOfTheLeaderBeforeTheWorld) {
  Cluster cluster(2);
  cluster.StartService();
  TestHost second = cluster.Join("algo-2");
  second.events->Await<Progress>();  // the leader has it
  cluster.service.reset();
  cluster.StartService();
  TestHost first = cluster.Join("algo-1");
  EXPECT_EQ(second.events->Await<World>(), first.events->Await<World>());
}

TEST(AttendTest, AHostMayLeaveAndComeBackBeforeTheWorld) {
  Cluster cluster(3);
  cluster.StartService();
  TestHost first = cluster.Join("algo-1");
  TestHost second = cluster.Join("algo-2");
  second.events->Await<Progress>();  // the leader has it
  second = {};
  std::string message;
  while (message.find("algo-2 (connected from 127.0.0.1:") == std::string::npos) {
    message = first.events->Await<Progress>().message;
    ASSERT_FALSE(message.empty());
  }
  EXPECT_THAT(message, HasSubstr(" and left again "));
  second = cluster.Join("algo-2");
  TestHost third = cluster.Join("algo-3");
  EXPECT_EQ(second.events->Await<World>(), first.events->Await<World>());
}

}  // namespace
}  // namespace sm::rendezvous
