#include "rendezvous/core/coordinator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/rendezvous/coordinator_driver.h"

namespace sm::rendezvous {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;
using Reason = Refusal::Reason;

Hello HelloWith(const std::string& host, std::vector<Agreement> agreements) {
  Hello hello = Driver::MakeHello(host);
  hello.agreements = std::move(agreements);
  return hello;
}

TEST(CoordinatorTest, RanksFollowTheListWhateverTheOrderOfArrival) {
  Coordinator::Options options = Driver::DefaultOptions(3);
  options.hosts = {"algo-1", "algo-10", "algo-2"};
  Driver driver(options);
  Hello big = Driver::MakeHello("algo-2");
  big.local_world_size = 8;
  driver.Join(big);
  driver.Join("algo-1");
  AttendeeId last = driver.Join("algo-10");
  World world = driver.Latest<World>(last);
  EXPECT_THAT(world.members, ElementsAre(Member{"algo-1", 0, "10.0.0.1", 1, 0},
                                         Member{"algo-10", 1, "10.0.0.1", 1, 1},
                                         Member{"algo-2", 2, "10.0.0.1", 8, 2}));
  EXPECT_EQ(world.world_size, 10);
  EXPECT_EQ(world.master_address, "10.0.0.1");
  EXPECT_EQ(world.master_port, 29500);
  EXPECT_EQ(world.run_id, 42u);
}

TEST(CoordinatorTest, AnUnknownHostIsRefusedWithTheList) {
  Driver driver(30);
  AttendeeId stranger = driver.Join("algo-x");
  Refusal refusal = driver.Latest<Refusal>(stranger);
  EXPECT_EQ(refusal.reason, Reason::kUnknownHost);
  EXPECT_THAT(refusal.message, StartsWith("\"algo-x\" is not one of the 30 hosts of this job: "
                                          "algo-1, algo-2, "));
  EXPECT_THAT(refusal.message, EndsWith("algo-20 and 10 more"));
}

TEST(CoordinatorTest, ASecondClaimantIsRefusedAndTheFirstStays) {
  Driver driver(2);
  AttendeeId first = driver.Join(Driver::MakeHello("algo-2", 0xa));
  AttendeeId second = driver.Join(Driver::MakeHello("algo-2", 0xb));
  EXPECT_EQ(driver.Latest<Refusal>(second).reason, Reason::kDuplicateHost);
  EXPECT_THAT(driver.Latest<Refusal>(second).message,
              AllOf(HasSubstr("10.0.0.1:99 (incarnation 000000000000000a) came first and stays"),
                    HasSubstr("10.0.0.2:99 (incarnation 000000000000000b) is refused")));
  driver.Join("algo-1");
  EXPECT_EQ(driver.CountOf<World>(first), 1);
}

TEST(CoordinatorTest, TheSameProcessMayConnectAgain) {
  Driver driver(2);
  AttendeeId broken = driver.Join(Driver::MakeHello("algo-2", 0xa));
  AttendeeId again = driver.Join(Driver::MakeHello("algo-2", 0xa));
  EXPECT_TRUE(driver.told[broken].back().last);
  driver.Leave(broken);
  driver.Join("algo-1");
  EXPECT_EQ(driver.CountOf<World>(again), 1);
  AttendeeId once_more = driver.Join(Driver::MakeHello("algo-2", 0xa));
  EXPECT_EQ(driver.Latest<World>(once_more), driver.Latest<World>(again));
  EXPECT_EQ(driver.CountOf<EndOrder>(once_more), 0);
}

TEST(CoordinatorTest, AnotherProtocolIsRefusedWithBothVersions) {
  Driver driver(2);
  driver.Join("algo-1");
  Hello hello = Driver::MakeHello("algo-2");
  hello.protocol = 7;
  hello.version = "9.9";
  AttendeeId newer = driver.Join(hello);
  EXPECT_EQ(driver.Latest<Refusal>(newer).reason, Reason::kVersion);
  EXPECT_THAT(driver.Latest<Refusal>(newer).message,
              HasSubstr("algo-2 speaks rendezvous protocol 7 (version 9.9), the leader speaks "
                        "protocol 1 (version 1.0)"));
}

TEST(CoordinatorTest, ADisagreementNamesTheFieldAndBothValues) {
  Driver driver(3);
  driver.Join(HelloWith("algo-1", {MakeAgreement("launcher", "workers")}));
  AttendeeId other = driver.Join(HelloWith("algo-2", {MakeAgreement("launcher", "script")}));
  EXPECT_EQ(driver.Latest<Refusal>(other).reason, Reason::kDisagreement);
  EXPECT_EQ(driver.Latest<Refusal>(other).message,
            "algo-2 disagrees with the leader algo-1 about launcher: \"script\" on algo-2, "
            "\"workers\" on algo-1");
}

TEST(CoordinatorTest, TheLeadersOwnHostIsTheReferenceEvenWhenItComesLast) {
  Driver driver(3);
  AttendeeId wrong = driver.Join(HelloWith("algo-2", {MakeAgreement("launcher", "script")}));
  AttendeeId silent = driver.Join(HelloWith("algo-3", {}));
  AttendeeId leader = driver.Join(HelloWith("algo-1", {MakeAgreement("launcher", "workers")}));
  EXPECT_THAT(driver.Latest<Refusal>(wrong).message, HasSubstr("\"script\" on algo-2"));
  EXPECT_THAT(driver.Latest<Refusal>(silent).message, HasSubstr("launcher: nothing on algo-3"));
  EXPECT_THAT(driver.told[leader], IsEmpty());
  // A host that was refused may come back with the right configuration.
  driver.Join(HelloWith("algo-2", {MakeAgreement("launcher", "workers")}));
  driver.Join(HelloWith("algo-3", {MakeAgreement("launcher", "workers")}));
  EXPECT_EQ(driver.CountOf<World>(leader), 1);
}

TEST(CoordinatorTest, AtTheDeadlineEveryoneGetsTheSameMessageAboutTheMissing) {
  Driver driver(5);
  AttendeeId first = driver.Join(HelloWith("algo-1", {MakeAgreement("launcher", "workers")}));
  AttendeeId second = driver.Join(HelloWith("algo-2", {MakeAgreement("launcher", "workers")}));
  driver.Join(HelloWith("algo-3", {MakeAgreement("launcher", "script")}));
  driver.Advance(888);
  driver.Leave(driver.Join(HelloWith("algo-4", {MakeAgreement("launcher", "workers")})));
  driver.Advance(12);
  Refusal refusal = driver.Latest<Refusal>(first);
  EXPECT_EQ(refusal.reason, Reason::kTimeout);
  EXPECT_EQ(refusal.message,
            "only 2/5 hosts joined within 15m; missing: algo-3 (refused: algo-3 disagrees with the "
            "leader algo-1 about launcher: \"script\" on algo-3, \"workers\" on algo-1), "
            "algo-4 (connected from 10.0.0.4:99 and left again 12s ago), "
            "algo-5 (no connection yet)");
  EXPECT_EQ(driver.Latest<Refusal>(second).message, refusal.message);
  AttendeeId late = driver.Join(HelloWith("algo-5", {MakeAgreement("launcher", "workers")}));
  EXPECT_EQ(driver.Latest<Refusal>(late).message, refusal.message);
  EXPECT_EQ(driver.core.NextDeadline(), MonotonicTime::InfiniteFuture());
}

TEST(CoordinatorTest, ProgressComesAtBoundedRates) {
  Driver driver(8);
  AttendeeId first = driver.Join("algo-1");
  driver.Join("algo-2");
  EXPECT_EQ(driver.CountOf<Progress>(first), 0);
  driver.Advance(1);
  EXPECT_EQ(driver.Latest<Progress>(first).message,
            "2/8 hosts joined, waiting for algo-3 (no connection yet), algo-4 (no connection yet), "
            "algo-5 (no connection yet), algo-6 (no connection yet), algo-7 (no connection yet) "
            "and 1 more");
  // One more host each second: a message every two.
  for (int i = 3; i <= 7; ++i) {
    driver.Join(absl::StrCat("algo-", i));
    driver.Advance(1);
  }
  EXPECT_EQ(driver.CountOf<Progress>(first), 3);
  EXPECT_THAT(driver.Latest<Progress>(first).message, StartsWith("6/8 hosts joined"));
  // Nothing changes: twice in the first ten seconds, then every half minute.
  driver.Advance(600);
  EXPECT_THAT(driver.CountOf<Progress>(first), AllOf(::testing::Ge(20), ::testing::Le(27)));
}

TEST(CoordinatorTest, ABarrierNeedsEveryoneAndTheWorld) {
  Driver driver(2);
  AttendeeId one = driver.Join("algo-1");
  driver.Say(one, BarrierArrival{"ready"});
  driver.Say(one, BarrierArrival{"ready"});
  AttendeeId two = driver.Join("algo-2");
  EXPECT_EQ(driver.CountOf<BarrierRelease>(one), 0);
  driver.Say(two, BarrierArrival{"other"});
  driver.Say(two, BarrierArrival{"ready"});
  for (AttendeeId id : {one, two}) {
    EXPECT_EQ(driver.CountOf<BarrierRelease>(id), 1);
    EXPECT_EQ(driver.Latest<BarrierRelease>(id).barrier, "ready");
  }
}

TEST(CoordinatorTest, AHostThatLeavesBeforeTheWorldIsNotAtTheBarrier) {
  Driver driver(2);
  AttendeeId gone = driver.Join("algo-2");
  driver.Say(gone, BarrierArrival{"ready"});
  driver.Leave(gone);
  AttendeeId one = driver.Join("algo-1");
  driver.Say(one, BarrierArrival{"ready"});
  driver.Join(Driver::MakeHello("algo-2", 2));
  EXPECT_EQ(driver.CountOf<World>(one), 1);
  EXPECT_EQ(driver.CountOf<BarrierRelease>(one), 0);
}

TEST(CoordinatorTest, ABarrierThatCanNeverOpenEndsTheJob) {
  for (bool ended_first : {true, false}) {
    Driver driver(2);
    std::vector<AttendeeId> ids = driver.JoinAll(2);
    if (ended_first) driver.Say(ids[1], HostOutcome{1, 0});
    driver.Say(ids[0], BarrierArrival{"ready"});
    if (!ended_first) driver.Say(ids[1], HostOutcome{1, 0});
    EXPECT_EQ(Describe(driver.Latest<EndOrder>(ids[0]).cause),
              "algo-2 failed in its ready phase: it ended while others wait for it at \"ready\"");
  }
}

TEST(CoordinatorTest, TheFirstCauseIsToldOnceAndLaterOnesAreOnlyNoted) {
  Driver driver(2);
  std::vector<AttendeeId> ids = driver.JoinAll(2);
  driver.Say(ids[1], Cause{"liar", RankFailed{1, "worker", Exited{3}}, "boom"});
  driver.Say(ids[0], Cause{"", RankFailed{0, "worker", Signaled{15, false}}, ""});
  for (AttendeeId id : ids) {
    EXPECT_EQ(driver.CountOf<EndOrder>(id), 1);
    EXPECT_EQ(driver.Latest<EndOrder>(id).cause.host, "algo-2");
  }
  EXPECT_EQ(driver.notes.back().text, "then: rank 0 on algo-1 was killed by SIGTERM");
}

TEST(CoordinatorTest, AFailedRankWithoutACauseIsOne) {
  Driver driver(2);
  std::vector<AttendeeId> ids = driver.JoinAll(2);
  driver.Say(ids[0], HostOutcome{1, 0});
  driver.Say(ids[1], HostOutcome{3, 2});
  EXPECT_EQ(Describe(*driver.Latest<Verdict>(ids[0]).cause),
            "algo-2 failed in its watch phase: 2 ranks of it failed");
}

TEST(CoordinatorTest, AStreamThatClosesAfterItsOutcomeIsFine) {
  Driver driver(2);
  std::vector<AttendeeId> ids = driver.JoinAll(2);
  driver.Say(ids[0], HostOutcome{1, 0});
  driver.Leave(ids[0]);
  driver.Say(ids[1], HostOutcome{1, 0});
  EXPECT_EQ(driver.CountOf<Verdict>(ids[1]), 1);
  EXPECT_EQ(driver.Latest<Verdict>(ids[1]), Verdict{});
  EXPECT_EQ(driver.CountOf<Verdict>(ids[0]), 0);
}

TEST(CoordinatorTest, ALostHostIsTheCauseAndIsNotWaitedFor) {
  Driver driver(3);
  std::vector<AttendeeId> ids = driver.JoinAll(3);
  driver.Leave(ids[2]);
  EXPECT_EQ(Describe(driver.Latest<EndOrder>(ids[0]).cause),
            "algo-3 was lost: its connection from 10.0.0.3:99 ended before it told its outcome");
  // A restarted process of that name has nothing to say for the lost one, but hears the end.
  AttendeeId newcomer = driver.Join(Driver::MakeHello("algo-3", 2));
  EXPECT_EQ(driver.CountOf<EndOrder>(newcomer), 1);
  EXPECT_EQ(driver.CountOf<World>(newcomer), 0);
  driver.Say(newcomer, HostOutcome{});
  driver.Say(ids[0], HostOutcome{0, 1});
  driver.Say(ids[1], HostOutcome{0, 1});
  for (AttendeeId id : {ids[0], ids[1], newcomer}) {
    EXPECT_THAT(driver.Latest<Verdict>(id).unaccounted_hosts, ElementsAre("algo-3"));
  }
}

TEST(CoordinatorTest, ACauseBeforeTheWorldReachesWhoeverComesWithinTheGrace) {
  Driver driver(3);
  AttendeeId one = driver.Join("algo-1");
  driver.Say(one, Cause{"", Stopped{2}, ""});
  driver.Say(one, HostOutcome{});
  driver.Advance(3);
  AttendeeId two = driver.Join("algo-2");
  EXPECT_EQ(driver.CountOf<EndOrder>(two), 1);
  driver.Advance(1);
  driver.Say(two, HostOutcome{});
  EXPECT_EQ(driver.CountOf<Verdict>(one), 0);
  driver.Advance(1);
  EXPECT_THAT(driver.Latest<Verdict>(one).unaccounted_hosts, ElementsAre("algo-3"));
  AttendeeId three = driver.Join("algo-3");
  EXPECT_EQ(driver.Latest<Verdict>(three), driver.Latest<Verdict>(one));
  EXPECT_EQ(driver.CountOf<World>(three), 0);
}

TEST(CoordinatorTest, WhenAllHaveComeAndEndedTheVerdictDoesNotWait) {
  Driver driver(2);
  AttendeeId one = driver.Join("algo-1");
  driver.Say(one, Cause{"", Stopped{2}, ""});
  driver.Say(one, HostOutcome{});
  AttendeeId two = driver.Join("algo-2");
  driver.Say(two, HostOutcome{});
  EXPECT_THAT(driver.Latest<Verdict>(one).unaccounted_hosts, IsEmpty());
}

TEST(CoordinatorTest, AfterTheSettleTimeoutTheVerdictNamesTheUnaccounted) {
  Driver driver(3);
  std::vector<AttendeeId> ids = driver.JoinAll(3);
  driver.Say(ids[0], Cause{"", Stopped{15}, ""});
  driver.Say(ids[0], HostOutcome{0, 1});
  driver.Advance(59);
  EXPECT_EQ(driver.CountOf<Verdict>(ids[0]), 0);
  driver.Advance(1);
  for (AttendeeId id : ids) {
    EXPECT_THAT(driver.Latest<Verdict>(id).unaccounted_hosts, ElementsAre("algo-2", "algo-3"));
  }
}

TEST(CoordinatorTest, WhoDoesNotIntroduceItselfIsRefused) {
  Driver driver(2);
  AttendeeId silent = driver.Open();
  AttendeeId rude = driver.Open();
  AttendeeId garbler = driver.Open();
  driver.Say(rude, HostOutcome{});
  driver.Garble(garbler);
  EXPECT_THAT(driver.Latest<Refusal>(rude).message, HasSubstr("first message is not a hello"));
  EXPECT_EQ(driver.Latest<Refusal>(garbler).message, "no message at all");
  driver.Advance(29);
  EXPECT_THAT(driver.told[silent], IsEmpty());
  driver.Advance(1);
  EXPECT_THAT(driver.Latest<Refusal>(silent).message, HasSubstr("within 30s"));
}

TEST(CoordinatorTest, AHostThatTurnsToGarbageIsLost) {
  Driver driver(2);
  std::vector<AttendeeId> ids = driver.JoinAll(2);
  driver.Garble(ids[1]);
  EXPECT_EQ(driver.Latest<Refusal>(ids[1]).reason, Reason::kMalformed);
  EXPECT_EQ(Describe(driver.Latest<EndOrder>(ids[0]).cause), "algo-2 was lost: no message at all");
}

TEST(CoordinatorTest, BarriersAreBounded) {
  Driver driver(2);
  AttendeeId one = driver.Join("algo-1");
  for (int i = 0; i < 64; ++i) driver.Say(one, BarrierArrival{absl::StrCat("b", i)});
  EXPECT_THAT(driver.told[one], IsEmpty());
  driver.Say(one, BarrierArrival{"one too many"});
  EXPECT_EQ(driver.Latest<Refusal>(one).reason, Reason::kMalformed);
  AttendeeId again = driver.Join("algo-1");
  driver.Say(again, BarrierArrival{std::string(129, 'x')});
  EXPECT_EQ(driver.Latest<Refusal>(again).reason, Reason::kMalformed);
}

TEST(CoordinatorTest, TheWorldCannotOverflow) {
  Coordinator::Options options;
  for (int i = 0; i < 32768; ++i) options.hosts.push_back(absl::StrCat("h", i));
  options.deadline = At(900);
  Driver driver(options);
  AttendeeId last = 0;
  for (const std::string& host : options.hosts) {
    Hello hello = Driver::MakeHello(host);
    hello.local_world_size = 65536;
    last = driver.Join(hello);
  }
  EXPECT_THAT(driver.Latest<Refusal>(last).message, HasSubstr("more than 2^31 - 1 ranks"));
  for (const Note& note : driver.notes) EXPECT_THAT(note.text.size(), Not(::testing::Gt(2048u)));
}

}  // namespace
}  // namespace sm::rendezvous
