// What comes from the network, or from the environment, must not harm a job.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdlib>

#include "bootstrap/base/unique_fd.h"
#include "rendezvous/client/link.h"
#include "rendezvous/wire/address.h"
#include "rendezvous/wire/codec.h"
#include "rendezvous/wire/limits.h"
#include "tests/rendezvous/cluster.h"

namespace sm::rendezvous {
namespace {

using ::testing::HasSubstr;

void ExpectThatAllJoin(const Cluster& cluster) {
  std::vector<TestHost> hosts = cluster.JoinAll();
  for (TestHost& host : hosts) EXPECT_EQ(host.events->Await<World>().run_id, 42u);
}

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// Sends `bytes` on a TCP connection of its own and waits until the other side hangs up.
void SendRaw(int port, const std::string& bytes) {
  UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = Loopback(port);
  ASSERT_EQ(connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  ASSERT_EQ(send(fd.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(bytes.size()));
  shutdown(fd.get(), SHUT_WR);
  char drain[4096];
  while (recv(fd.get(), drain, sizeof(drain), 0) > 0) {
  }
}

// A stream that says whatever it likes.
class RawHost {
 public:
  RawHost(int port, const grpc::ByteBuffer& first) {
    Link::Listener listener;
    listener.on_message = [this](const grpc::ByteBuffer& bytes) {
      auto message = DecodeLeaderMessage(bytes, HostNames(2));
      if (!message.ok()) return;
      if (auto* refusal = std::get_if<Refusal>(&*message)) events_.Add(*refusal);
    };
    listener.on_end = [this](std::shared_ptr<Link> link, const grpc::Status& status) {
      link_ = std::move(link);  // destroyed with this, on the test's thread
      events_.Add(LeaderLost{status.error_message()});
    };
    link_ = Link::Dial(DialTarget("127.0.0.1", port), first, std::move(listener));
  }
  ~RawHost() {
    link_->Cancel();
    if (!ended_) events_.Await<LeaderLost>();
  }

  Link& link() { return *link_; }
  Refusal AwaitRefusal() { return events_.Await<Refusal>(); }
  std::string AwaitEnd() {
    ended_ = true;
    return events_.Await<LeaderLost>().message;
  }

 private:
  Events events_;
  bool ended_ = false;
  std::shared_ptr<Link> link_;
};

grpc::ByteBuffer Bytes(const std::string& text) {
  grpc::Slice slice(text);
  return grpc::ByteBuffer(&slice, 1);
}

TEST(HostileTest, ProxyVariablesDoNotDivertTheStream) {
  for (const char* name :
       {"http_proxy", "https_proxy", "grpc_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"}) {
    setenv(name, "http://127.0.0.1:1", /*overwrite=*/1);
  }
  Cluster cluster(2);
  cluster.StartService();
  ExpectThatAllJoin(cluster);
}

TEST(HostileTest, GarbageOnThePortHarmsNobody) {
  Cluster cluster(2);
  cluster.StartService();
  SendRaw(cluster.service_options.port, "GET / HTTP/1.1\r\n\r\n");
  SendRaw(cluster.service_options.port, std::string(100'000, '\xff'));
  SendRaw(cluster.service_options.port, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n garbage from here on");
  ExpectThatAllJoin(cluster);
}

TEST(HostileTest, AMessageThatIsNoneIsRefused) {
  Cluster cluster(2);
  cluster.StartService();
  RawHost host(cluster.service_options.port, Bytes("\xff\xff\xff\xff"));
  Refusal refusal = host.AwaitRefusal();
  EXPECT_EQ(refusal.reason, Refusal::Reason::kMalformed);
  EXPECT_THAT(refusal.message, HasSubstr("is not one of our protocol"));
  EXPECT_EQ(host.AwaitEnd(), "");
  ExpectThatAllJoin(cluster);
}

TEST(HostileTest, AnEmptyMessageIsRefused) {
  Cluster cluster(2);
  cluster.StartService();
  RawHost host(cluster.service_options.port, Bytes(""));
  EXPECT_THAT(host.AwaitRefusal().message, HasSubstr("of no kind that is known"));
}

TEST(HostileTest, AnOutcomeWithoutAHelloIsRefused) {
  Cluster cluster(2);
  cluster.StartService();
  RawHost host(cluster.service_options.port, Encode(HostMessage(HostOutcome{1, 0})));
  EXPECT_THAT(host.AwaitRefusal().message, HasSubstr("first message is not a hello"));
}

TEST(HostileTest, AnOversizedMessageEndsItsStreamOnly) {
  Cluster cluster(2);
  cluster.StartService();
  RawHost host(cluster.service_options.port, Bytes(std::string(kMaxHostMessageBytes + 1, 'x')));
  EXPECT_THAT(host.AwaitEnd(), HasSubstr("larger than max"));
  ExpectThatAllJoin(cluster);
}

TEST(HostileTest, AHostThatTurnsToGarbageIsTheCause) {
  Cluster cluster(2);
  cluster.StartService();
  Client::Options options = cluster.ClientOptions("algo-2");
  RawHost traitor(cluster.service_options.port, Encode(HostMessage(options.hello)));
  TestHost leader = cluster.Join("algo-1");
  leader.events->Await<World>();
  traitor.link().Send(Bytes("\xff\xff"));
  EXPECT_THAT(Describe(leader.events->Await<EndOrder>().cause), HasSubstr("algo-2 was lost: its "));
  leader.client->Send(HostOutcome{1, 0});
  EXPECT_EQ(leader.events->Await<Verdict>().unaccounted_hosts, std::vector<std::string>{"algo-2"});
}

TEST(HostileTest, APortThatNeverAnswersIsToldApart) {
  UniqueFd listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof(address);
  ASSERT_EQ(bind(listener.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(listen(listener.get(), 5), 0);
  ASSERT_EQ(getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
  Cluster cluster(2);
  Client::Options options = cluster.ClientOptions("algo-2");
  options.leader_port = ntohs(address.sin_port);
  options.deadline = In(absl::Milliseconds(300));
  EXPECT_THAT(cluster.Join(options).events->Await<JoinTimedOut>().message,
              HasSubstr(": no answer (tried for "));
}

TEST(ListenTest, ASecondLeaderOnThePortIsAClearError) {
  Cluster cluster(1);
  cluster.StartService();
  absl::Status status = Service::Start(cluster.service_options).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(std::string(status.message()),
            absl::StrCat("cannot listen on 127.0.0.1:", cluster.service_options.port,
                         ": Address already in use"));
}

TEST(ListenTest, AnAddressThatIsNotOursIsAClearError) {
  Cluster cluster(1, "192.0.2.1");
  absl::Status status = Service::Start(cluster.service_options).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("cannot listen on 192.0.2.1:0: Cannot assign requested address"));
}

TEST(ListenTest, BadOptionsAreRefused) {
  for (const std::vector<std::string>& hosts :
       {std::vector<std::string>{}, std::vector<std::string>{"a", "a"}}) {
    Cluster cluster(1);
    cluster.service_options.hosts = hosts;
    EXPECT_EQ(Service::Start(cluster.service_options).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
  Cluster cluster(1, "localhost");
  EXPECT_EQ(Service::Start(cluster.service_options).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(ListenTest, Ipv6) {
  Cluster cluster(2, "::1");
  absl::StatusOr<std::unique_ptr<Service>> probe = Service::Start(cluster.service_options);
  if (!probe.ok()) GTEST_SKIP() << "no IPv6 here: " << probe.status();
  probe->reset();
  cluster.StartService();
  std::vector<TestHost> hosts = cluster.JoinAll();
  World world = hosts[1].events->Await<World>();
  EXPECT_EQ(world.members[0].address, "::1");
  EXPECT_EQ(world.master_address, "::1");
}

}  // namespace
}  // namespace sm::rendezvous
