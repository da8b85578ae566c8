// Who may not take part hears why, over real gRPC; so does everyone when time is up.
#include "tests/rendezvous/cluster.h"

namespace sm::rendezvous {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using Reason = Refusal::Reason;

TEST(RefusalTest, UnknownHost) {
  Cluster cluster(2);
  cluster.StartService();
  Refusal refusal = cluster.Join("algo-9").events->Await<Refusal>();
  EXPECT_EQ(refusal.reason, Reason::kUnknownHost);
  EXPECT_EQ(refusal.message, "\"algo-9\" is not one of the 2 hosts of this job: algo-1, algo-2");
}

TEST(RefusalTest, ASecondClaimantIsRefusedAndTheFirstGoesOn) {
  Cluster cluster(2);
  cluster.StartService();
  TestHost first = cluster.Join("algo-2");
  first.events->Await<Progress>();  // the leader has it
  Refusal refusal = cluster.Join("algo-2").events->Await<Refusal>();
  EXPECT_EQ(refusal.reason, Reason::kDuplicateHost);
  EXPECT_THAT(refusal.message, AllOf(HasSubstr("two processes claim to be algo-2: 127.0.0.1:"),
                                     HasSubstr("came first and stays, 127.0.0.1:")));
  TestHost leader = cluster.Join("algo-1");
  EXPECT_EQ(first.events->Await<World>(), leader.events->Await<World>());
}

TEST(RefusalTest, AnotherProtocol) {
  Cluster cluster(2);
  cluster.StartService();
  Client::Options options = cluster.ClientOptions("algo-2");
  options.hello.protocol = kProtocolVersion + 1;
  options.hello.version = "9.9";
  Refusal refusal = cluster.Join(options).events->Await<Refusal>();
  EXPECT_EQ(refusal.reason, Reason::kVersion);
  EXPECT_THAT(refusal.message, HasSubstr("algo-2 speaks rendezvous protocol 2 (version 9.9), the "
                                         "leader speaks protocol 1"));
}

TEST(RefusalTest, ADisagreementNamesBothValuesWhoeverComesFirst) {
  for (bool leader_first : {true, false}) {
    Cluster cluster(2);
    cluster.StartService();
    Client::Options leader_options = cluster.ClientOptions("algo-1");
    leader_options.hello.agreements = {MakeAgreement("nproc-per-host", "auto")};
    Client::Options options = cluster.ClientOptions("algo-2");
    options.hello.agreements = {MakeAgreement("nproc-per-host", "4")};
    TestHost leader;
    if (leader_first) leader = cluster.Join(leader_options);
    TestHost other = cluster.Join(options);
    if (!leader_first) {
      other.events->Await<Progress>();  // it waits: there is nothing to compare with
      leader = cluster.Join(leader_options);
    }
    Refusal refusal = other.events->Await<Refusal>();
    EXPECT_EQ(refusal.reason, Reason::kDisagreement);
    EXPECT_EQ(refusal.message,
              "algo-2 disagrees with the leader algo-1 about nproc-per-host: \"4\" on algo-2, "
              "\"auto\" on algo-1");
  }
}

TEST(RefusalTest, AMalformedHello) {
  Cluster cluster(2);
  cluster.StartService();
  Client::Options options = cluster.ClientOptions("algo-2");
  options.hello.local_world_size = 0;
  Refusal refusal = cluster.Join(options).events->Await<Refusal>();
  EXPECT_EQ(refusal.reason, Reason::kMalformed);
  EXPECT_EQ(refusal.message, "its local world size is 0, expected 1 to 65536");
}

TEST(RefusalTest, AtTheDeadlineEveryClientGetsTheLeadersMessage) {
  Cluster cluster(4);
  cluster.service_options.deadline = In(absl::Milliseconds(1500));
  cluster.StartService();
  std::vector<TestHost> hosts;
  for (const char* name : {"algo-1", "algo-2", "algo-4"}) {
    Client::Options options = cluster.ClientOptions(name);
    options.deadline = In(absl::Milliseconds(700));  // earlier than the leader's: it still waits
    hosts.push_back(cluster.Join(options));
  }
  for (TestHost& host : hosts) {
    Refusal refusal = host.events->Await<Refusal>();
    EXPECT_EQ(refusal.reason, Reason::kTimeout);
    EXPECT_THAT(refusal.message, AllOf(HasSubstr("only 3/4 hosts joined within "),
                                       HasSubstr("missing: algo-3 (no connection yet)")));
    EXPECT_FALSE(host.events->Saw<JoinTimedOut>());
  }
  cluster.service->Drain(In(kPatience));
}

TEST(RefusalTest, WithoutALeaderTheClientSaysWhatItTried) {
  Cluster cluster(2);
  cluster.StartService();
  cluster.service.reset();  // nobody listens on that port now
  Client::Options options = cluster.ClientOptions("algo-2");
  options.deadline = In(absl::Milliseconds(300));
  std::string message = cluster.Join(options).events->Await<JoinTimedOut>().message;
  EXPECT_THAT(message, HasSubstr(absl::StrCat("cannot join the leader 127.0.0.1:",
                                              options.leader_port, ": connection refused (tried")));
}

TEST(RefusalTest, ANameThatDoesNotResolveIsToldApart) {
  Cluster cluster(2);
  Client::Options options = cluster.ClientOptions("algo-2");
  options.leader_host = "no-such-host.invalid";
  std::shared_ptr<Events> events;
  {
    TestHost host = cluster.Join(options);
    events = host.events;
    EXPECT_THAT(events->Await<Progress>().message,
                HasSubstr("waiting for the leader no-such-host.invalid (port 0): "));
  }  // ends at once, even when the resolver still works on it
}

}  // namespace
}  // namespace sm::rendezvous
